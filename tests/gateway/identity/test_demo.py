import re
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationType, parse, validate

from auth.tokens import verify
from engine.errors import Code
from gateway.graphiql import GraphiQLPages, examples
from gateway.http.health import Health
from gateway.identity import demo
from gateway.identity.issuers import DEMO_ISSUER
from gateway.world.cast import CAST
from schema.built import graph
from schema.version import VERSION
from tests.conftest import Ask

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("persona", [*CAST, "census-0999"])
def test_a_token_of_the_demo_names_the_persona(tmp_path: Path, persona: str) -> None:
    text = demo.token(tmp_path, persona, HOUR, NOW)
    claims = verify(text, {DEMO_ISSUER: demo.issuer(tmp_path)}, NOW)
    assert claims.account == (CAST[persona].subject if persona in CAST else persona)
    assert claims.expires_at == (NOW + HOUR).timestamp()
    assert claims.assurance.second_factor_fresh(NOW)


def test_a_token_without_a_second_factor_can_be_had(tmp_path: Path) -> None:
    text = demo.token(tmp_path, "head", HOUR, NOW, second_factor=False)
    claims = verify(text, {DEMO_ISSUER: demo.issuer(tmp_path)}, NOW)
    assert not claims.assurance.second_factor_fresh(NOW)


@pytest.mark.parametrize("persona", ["nobody", "", "census-1", "census-00001", "../therapist"])
def test_nobody_else_gets_a_token(tmp_path: Path, persona: str) -> None:
    with pytest.raises(demo.UnknownPersona):
        demo.token(tmp_path, persona, HOUR, NOW)


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    text = demo.token(folder, "therapist", HOUR, NOW)
    (key,) = folder.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    demo._key.cache_clear()
    verify(text, {DEMO_ISSUER: demo.issuer(folder)}, NOW)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    packages = tmp_path / "node_modules"
    (packages / "graphiql").mkdir(parents=True)
    (packages / "graphiql" / "graphiql.min.js").write_text("here")
    (packages / "graphiql" / "package.json").write_text("not for you")
    app = GraphiQLPages(tmp_path, packages, clock=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        yield client


INLINE = r"<style|<script(?! src=\"/)|\son[a-z]+=|\sstyle=|https?://"


@pytest.mark.parametrize(
    ("path", "elements"),
    [
        ("/", ("sign-in", "graphiql")),
        ("/graphiql", ("bar", "product", "persona", "roles", "second-factor", "graphiql")),
    ],
)
async def test_the_page_has_nothing_inline_and_nothing_from_elsewhere(
    pages: httpx.AsyncClient, path: str, elements: tuple[str, ...]
) -> None:
    page = await pages.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(INLINE, page.text)
    for element in elements:
        assert f'id="{element}"' in page.text


@pytest.mark.parametrize("path", ["/graphiql/page.js", "/graphiql/page.css", "/graphiql/graphiql.js"])
async def test_the_files_of_the_page_are_served(pages: httpx.AsyncClient, path: str) -> None:
    assert (await pages.get(path)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/react.js",
        "/graphiql/package.json",
        "/graphiql/../demo-issuer.pem",
        "/graphiql/%2e%2e/demo.py",
        "/demo-issuer.pem",
        "/node_modules/graphiql/package.json",
    ],
)
async def test_no_other_file_is_served(pages: httpx.AsyncClient, path: str) -> None:
    assert (await pages.get(path)).status_code == 404


async def test_the_cast_can_be_chosen_from_and_signed_in(pages: httpx.AsyncClient, tmp_path: Path) -> None:
    personas = (await pages.get("/demo/personas")).json()
    assert [one["name"] for one in personas] == [*CAST, "anonymous"]
    minted = (await pages.post("/demo/token/head?secondFactor=off")).json()
    claims = verify(minted["token"], {DEMO_ISSUER: demo.issuer(tmp_path)}, NOW)
    assert claims.account == CAST["head"].subject
    assert claims.assurance.second_factor_at is None
    assert minted["expiresAt"] == "2026-11-22T10:00:00Z"


async def test_tokens_are_not_given_by_get_nor_to_strangers(pages: httpx.AsyncClient) -> None:
    assert (await pages.get("/demo/token/head")).status_code == 405
    assert (await pages.post("/demo/token/anonymous")).status_code == 404
    assert (await pages.post("/demo/personas")).status_code == 405


def test_the_ready_operations_are_of_the_graph_and_an_act_and_a_subscription_are_among_them() -> None:
    assert [one["name"] for one in examples()] == [
        "card", "cabinet", "stores", "act", "listen", "patient", "coming_in", "work",
    ]  # fmt: skip
    documents = [parse(str(one["query"])) for one in examples()]
    assert all(validate(graph().schema._schema, document) == [] for document in documents)
    kinds = [definition.operation for document in documents for definition in document.definitions]  # type: ignore[attr-defined]
    assert kinds[3:5] == [OperationType.MUTATION, OperationType.SUBSCRIPTION]


@pytest.mark.parametrize(
    ("persona", "own", "act"), [("therapist", 0, "signPrescription"), ("surgeon", 1, "annulPrescription")]
)
async def test_the_tab_of_work_shows_each_his_own(ask: Ask, persona: str, own: int, act: str) -> None:
    work = next(one for one in examples() if one["name"] == "work")
    variables: Any = work["variables"]
    answer = await ask(persona, str(work["query"]), variables)
    assert answer.errors == []
    viewer = answer.data["viewer"]
    mine, other = variables["objects"][own], variables["objects"][1 - own]
    assert mine in {one["id"] for one in viewer["practitioner"]["prescriptions"]["nodes"]}
    told = {(one["act"], one["object"]): (one["state"], one["reason"]) for one in viewer["canAct"]}
    assert told[act, mine] == ("ALLOWED", None)
    assert {told[one, other][0] for one in ("signPrescription", "annulPrescription")} == {"NOT_ALLOWED"}
    assert bool(answer.data["orders"]["nodes"]) is (persona == "surgeon")
    assert [one["code"] for one in answer.data["medicines"]] == ["C08CA01.1"]


async def test_an_icon_and_the_permissions_of_fields_are_there_for_the_page(pages: httpx.AsyncClient) -> None:
    icon = await pages.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
    told = (await pages.get("/demo/permissions")).json()
    assert "practitioner:identity:read" in told["Practitioner.snils"]
    assert "HRR (org²)" in told["Practitioner.snils"]
    assert {"Mutation.submitApplication", "PractitionerFilter.snils", "PractitionerOrderField.BIRTH_ON"} <= told.keys()
    assert "Practitioner.fullName" not in told


async def test_health_tells_whether_requests_are_wanted() -> None:
    health = Health()
    transport = httpx.ASGITransport(health)
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        assert (await client.get(Health.LIVE)).json() == {"status": "live"}
        assert (await client.get(Health.READY)).status_code == 503
        health.ready = True
        ready = await client.get(Health.READY)
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
        assert (await client.head(Health.READY)).content == b""
        assert (await client.post(Health.LIVE)).status_code == 405


async def test_health_of_the_demo_tells_the_states_of_stores() -> None:
    async def states() -> dict[str, object]:
        return {"stores": {"registry": "down"}}

    health = Health(states)
    health.ready = True
    transport = httpx.ASGITransport(health)
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        ready = await client.get(Health.READY)
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "stores": {"registry": "down"}})


def test_every_code_is_explained() -> None:
    headings = re.findall(r"^### ([A-Z_]+)$", (DOCS / "errors.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(Code)


async def test_the_schema_says_of_which_version_it_is(ask: Ask) -> None:
    answer = await ask("anonymous", "{ __schema { description } }")
    assert answer.data["__schema"]["description"].endswith(f"Kabinet {VERSION}.")
    assert (DOCS / "schema.graphql").read_text("utf-8").startswith(f"# Kabinet {VERSION}. ")
