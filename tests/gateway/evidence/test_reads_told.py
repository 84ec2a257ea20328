"""What an operation leaves in the journal before it is answered, and that it is not answered where it cannot."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.evidence.journal import verify
from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened

CHART = """query Chart($id: ID!) {
  patient(by: {id: $id}) { id fullName conditions(first: 1) { nodes { id code wording } } } }"""
HISTORY = '{ patient(by: {id: "pat_1"}) { history(first: 9) { nodes { id at entry { __typename } } } } }'
WRITTEN = """
SELECT at, subject, act, object, grounds FROM read_entry
WHERE grounds ->> 'requestId' = '{}' ORDER BY position
"""
FULL = "ALTER TABLE read_entry ADD CONSTRAINT no_room CHECK (act = 'nothing') NOT VALID"
ROOM = "ALTER TABLE read_entry DROP CONSTRAINT no_room"


async def entries(gateway: Gateway, request_id: str) -> list[dict[str, Any]]:
    """What stands in the journal of one request, with its grounds."""
    async with gateway.application.stores.journal.connection() as connection:
        rows = await connection.fetch(WRITTEN.format(request_id))
    return [{**dict(row), **json.loads(row["grounds"])} for row in rows]


async def asked(gateway: Gateway, persona: str, document: str, variables: Any = None, **headers: str) -> Any:
    """The answer, with what it left in the journal by then."""
    answer = await gateway.ask(persona, document, variables, headers=headers)
    return answer, await entries(gateway, answer.headers["x-request-id"])


@asynccontextmanager
async def without_room(gateway: Gateway) -> AsyncIterator[None]:
    """A journal that takes no entry of a read, as one whose disk is full."""
    await gateway.application.stores.journal.execute(FULL)
    try:
        yield
    finally:
        await gateway.application.stores.journal.execute(ROOM)


async def test_a_chart_leaves_who_read_what_of_whom_and_no_value(gateway: Gateway) -> None:
    answer, found = await asked(gateway, "therapist", CHART, {"id": "pat_1"}, **{"graphql-client-name": "ward"})
    patient = answer.data["patient"]
    (condition,) = patient["conditions"]["nodes"]
    assert {(one["permission"], one["verdict"]) for one in found} == {
        ("clinical:card:masked", "GIVEN"),
        ("clinical:card:read", "GIVEN"),
        ("clinical:history:masked", "GIVEN"),
        ("clinical:history:read", "GIVEN"),
    }
    by_permission = {one["permission"]: one for one in found}
    assert by_permission["clinical:card:read"]["read"] == [{"coordinates": ["Patient.fullName"], "objects": ["pat_1"]}]
    assert sorted(by_permission["clinical:history:masked"]["read"], key=str) == [
        {"coordinates": ["Condition.code", "Condition.id"], "objects": [condition["id"]]},
        {"coordinates": ["Patient.conditions"], "objects": ["pat_1"]},
    ]
    for one in found:
        assert (one["subject"], one["act"], one["object"], one["about"]) == (
            CAST["therapist"].subject, "read", "pat_1", ["pat_1"],
        )  # fmt: skip
        assert one["operation"]["name"] == "Chart"
        assert len(one["operation"]["hash"]) >= 16
        assert one["client"] == "ward"
        assert one["workplace"].startswith("emp_")
        assert [key.partition("_")[0] for key in one["accreditations"]] == ["acc"]
        assert "DOC" in one["roles"]
        for value in (patient["fullName"], condition["code"], condition["wording"]):
            assert value is None or value not in one["grounds"]
    assert (await verify(gateway.application.stores.journal)).position > 0


async def test_what_is_public_leaves_nothing(gateway: Gateway) -> None:
    document = "{ practitioners(first: 3) { nodes { id fullName standing { accredited } } } }"
    for persona in ("therapist", "anonymous"):
        answer, found = await asked(gateway, persona, document)
        assert (answer.errors, found) == ([], [])


async def test_of_papers_the_number_of_those_alone_that_identify_somebody_leaves_an_entry(gateway: Gateway) -> None:
    text = '{ practitioner(by: {id: "prac_1"}) { documents(first: 20) { nodes { id kind number } } } }'
    answer, found = await asked(gateway, "therapist", text)
    papers = answer.data["practitioner"]["documents"]["nodes"]
    identifying = {one["id"] for one in papers if one["kind"] in {"PASSPORT", "SNILS"}}
    assert 0 < len(identifying) < len(papers)
    (entry,) = found
    assert (entry["permission"], entry["verdict"], entry["about"]) == ("document:number:read", "GIVEN", ["prac_1"])
    (block,) = entry["read"]
    assert (block["coordinates"], {*block["objects"]}) == (["Document.number"], identifying)
    others = (
        '{ practitioner(by: {id: "prac_1"}) { documents(filter: {kind: [DIPLOMA]}, first: 5) { nodes { number } } } }'
    )
    assert (await asked(gateway, "therapist", others))[1] == []


async def test_a_refusal_leaves_which_objects_were_refused_and_why(gateway: Gateway) -> None:
    answer, found = await asked(gateway, "support", '{ practitioner(by: {id: "prac_1"}) { fullName snils inn } }')
    reasons = {error["extensions"]["coordinate"]: error["extensions"]["reason"] for error in answer.errors}
    assert set(reasons) == {"Practitioner.snils", "Practitioner.inn"}
    assert {
        (coordinate, thing, one["verdict"], *one["about"])
        for one in found
        for block in one["read"]
        for coordinate in block["coordinates"]
        for thing in block["objects"]
    } == {(coordinate, "prac_1", reason, "prac_1") for coordinate, reason in reasons.items()}


@pytest.mark.parametrize("persona", ["therapist", "applicant"])
async def test_a_search_leaves_what_kind_was_asked_hidden_and_absent_alike(gateway: Gateway, persona: str) -> None:
    told = []
    for wanted in ('id: "pat_40"', 'id: "pat_999999"'):
        answer, found = await asked(gateway, persona, f"{{ patient(by: {{{wanted}}}) {{ fullName }} }}")
        assert answer.body == {"data": {"patient": None}}
        told.append([(one["permission"], one["verdict"], one["read"], one["about"], one["object"]) for one in found])
    assert told[0] == told[1]
    assert told[0] == [
        ("clinical:card:masked", "ABSENT", [{"coordinates": ["Query.patient"], "objects": []}], [], None)
    ]
    named = 'name: {familyName: "Никогонетов", givenName: "Никто", birthOn: "1961-02-03"}'
    answer, found = await asked(gateway, persona, f"{{ patient(by: {{{named}}}) {{ fullName }} }}")
    (entry,) = found
    assert entry["verdict"] == ("ABSENT" if persona == "therapist" else "ROLE")
    assert "PatientBy.name" in entry["read"][0]["coordinates"]
    assert not any(value in entry["grounds"] for value in ("Никогонетов", "1961"))
    node = [await asked(gateway, persona, f'{{ node(id: "{one}") {{ id }} }}') for one in ("pat_40", "pat_999999")]
    assert [[one["kinds"] for one in found] for _, found in node] == [[["Patient"]], [["Patient"]]]


async def test_an_input_that_looks_at_identity_leaves_that_it_was_used(gateway: Gateway) -> None:
    document = '{ practitioners(filter: {bornFrom: "1950-01-01"}, first: 1) { nodes { fullName } } }'
    answer, found = await asked(gateway, "registrar", document)
    assert answer.errors == []
    assert [(one["permission"], one["read"]) for one in found] == [
        ("practitioner:identity:read", [{"coordinates": ["PractitionerFilter.bornFrom"], "objects": []}])
    ]
    answer, found = await asked(gateway, "support", document)
    assert answer.data is None
    assert [(one["verdict"], one["read"][0]["coordinates"]) for one in found] == [
        (answer.errors[0]["extensions"]["reason"], ["PractitionerFilter.bornFrom"])
    ]


async def test_callers_without_a_token_are_summed_by_minute_and_client(gateway: Gateway) -> None:
    reads, journal = gateway.application.operating.reads, gateway.application.stores.journal
    later = datetime.now(UTC) + timedelta(minutes=5)
    await reads.sums(later)
    for client in ("one", "one", "other"):
        document = '{ practitioner(by: {id: "prac_1"}) { snils } }'
        answer, found = await asked(gateway, "anonymous", document, **{"graphql-client-name": client})
        assert (answer.errors[0]["extensions"]["reason"], found) == ("SIGN_IN", [])
    async with journal.connection() as connection:
        (before,) = await connection.fetchrow("SELECT count(*) FROM read_entry WHERE subject = 'nobody'")
        async with without_room(gateway):
            with pytest.raises(Exception, match="journal"):
                await reads.sums(later)
        await reads.sums(later)
        rows = await connection.fetch(
            "SELECT grounds FROM read_entry WHERE subject = 'nobody' ORDER BY position OFFSET $1", before
        )
    told = [json.loads(row["grounds"]) for row in rows]
    counted: dict[str, int] = {}
    for one in told:
        counted[one["client"]] = counted.get(one["client"], 0) + one["count"]
    assert counted == {"one": 2, "other": 1}
    assert {one["verdict"] for one in told} == {"SIGN_IN"}


async def test_where_it_cannot_be_noted_nothing_is_told(gateway: Gateway) -> None:
    async with without_room(gateway):
        for persona, document in (
            ("therapist", '{ patient(by: {id: "pat_1"}) { fullName } }'),
            ("therapist", '{ patient(by: {id: "pat_40"}) { fullName } }'),
            ("support", '{ practitioner(by: {id: "prac_1"}) { fullName snils } }'),
        ):
            answer = await gateway.ask(persona, document)
            assert (answer.status, answer.codes) == (503, ["JOURNAL_UNAVAILABLE"])
            assert "data" not in answer.body
            assert answer.errors[0]["extensions"]["retryable"] is True
            assert answer.headers["retry-after"]
        for persona in ("therapist", "anonymous"):
            answer = await gateway.ask(persona, '{ practitioner(by: {id: "prac_1"}) { fullName } }')
            assert (answer.status, answer.errors) == (200, [])
        refused = await gateway.ask("anonymous", '{ practitioner(by: {id: "prac_1"}) { fullName snils } }')
        assert refused.status == 200
    assert (await gateway.ask("therapist", '{ patient(by: {id: "pat_1"}) { fullName } }')).errors == []


async def test_answers_at_once_share_statements(gateway: Gateway) -> None:
    writer = gateway.application.operating.reads.writer
    groups, written = writer.groups, writer.written
    document = '{ patient(by: {id: "pat_1"}) { fullName } }'
    answers = await asyncio.gather(*(gateway.client.post(
        "/graphql", json={"query": document}, headers={"authorization": f"Bearer {gateway.token('therapist')}"}
    ) for _ in range(12)))  # fmt: skip
    assert all(answer.json()["data"]["patient"] for answer in answers)
    assert writer.written - written == 12
    assert 1 <= writer.groups - groups < 12


async def test_both_executors_leave_the_same(settings: Settings, urls: dict[str, str]) -> None:
    told: list[Any] = []
    for executor in ("reference", "compiled"):
        async with opened(replace(settings, executor=executor), urls) as gateway:
            found = []
            for persona, document, variables in (
                ("therapist", CHART, {"id": "pat_1"}),
                ("support", "{ practitioners(first: 5) { nodes { snils inn snilsMasked } } }", None),
                ("nurse", CHART, {"id": "pat_1"}),
                ("census", HISTORY, None),
            ):
                _, entered = await asked(gateway, persona, document, variables)
                found.append(sorted(_comparable(one) for one in entered))
            told.append(found)
    assert told[0] == told[1]
    assert all(told[0])


def _comparable(one: dict[str, Any]) -> str:
    pairs = sorted(
        (coordinate, thing)
        for block in one["read"]
        for coordinate in block["coordinates"]
        for thing in block["objects"] or [None]
    )
    return json.dumps([one["permission"], one["verdict"], sorted(one["about"]), pairs])
