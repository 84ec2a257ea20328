"""The hospital that the demo joins: a program of its own, shown by role."""

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import parse, validate

from gateway.beside import HOST, JOINED, hospital
from gateway.graphiql import examples
from gateway.joined.configuration import read_joined
from tests.conftest import Gateway

WORK: dict[str, Any] = next(one for one in examples(joined=True) if one["name"] == "hospital")


async def test_the_hospital_runs_beside_the_demo_and_is_found_by_its_processes(tmp_path: Path) -> None:
    with hospital(tmp_path, "--last", "1") as port:
        (service,) = read_joined(Path(os.environ[JOINED])).services
        assert service.source.url == f"http://{HOST}:{port}/graphql"
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(service.source.url, json={"query": "{ wards { name } _service { sdl } }"})
            assert answer.json()["data"]["_service"]["sdl"] == service.schema
            these = [{"__typename": "Practitioner", "id": f"prac_{number}"} for number in (1, 2)]
            document = "query ($these: [_Any!]!) { _entities(representations: $these) { __typename } }"
            asked = {"query": document, "variables": {"these": these}}
            answer = await client.post(service.source.url, json=asked)
            assert answer.json()["data"]["_entities"] == [{"__typename": "Practitioner"}, None]
            assert (await client.get(f"http://{HOST}:{port}/counts")).json()["asked"] == 2
    assert JOINED not in os.environ


async def test_its_tab_is_there_where_it_is_joined(gateway: Gateway, joined: Gateway) -> None:
    alone, beside = [(await one.client.get("/demo/examples")).json() for one in (gateway, joined)]
    assert beside == [*alone, {"name": "hospital", "query": WORK["query"], "variables": {}}]
    assert joined.application.joined is not None
    assert validate(joined.application.joined.joint.schema, parse(WORK["query"])) == []


@pytest.mark.parametrize(
    ("who", "wards", "reasons"),
    [
        ("head", True, {"OBJECT"}),
        ("regulator", True, {"OBJECT", "ROLE"}),
        ("anonymous", False, {"SIGN_IN"}),
    ],
)
async def test_its_tab_shows_to_each_what_is_his(joined: Gateway, who: str, wards: bool, reasons: set[str]) -> None:
    answer = await joined.ask(who, WORK["query"])
    assert (answer.data["wards"] is not None) is wards
    assert {error["extensions"]["reason"] for error in answer.errors} == reasons
