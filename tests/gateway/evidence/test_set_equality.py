"""What stands in the journal is what was told: no access more, none less, whoever asks, by either executor."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.conftest import Gateway, opened
from tests.gateway.evidence.walking import Access, expected, selection

CARD = selection("Practitioner", 0)
WRITTEN = "SELECT grounds, subject FROM read_entry WHERE grounds ->> 'requestId' = $1"
DOCUMENTS = {
    "chart": f'{{ patient(by: {{id: "pat_1"}}) {selection("Patient", 1)} }}',
    "another's chart": f'{{ patient(by: {{id: "pat_40"}}) {selection("Patient", 1)} }}',
    "nobody's chart": '{ patient(by: {id: "pat_999999"}) { id fullName } }',
    "mine": f"{{ patients(of: MINE, first: 3) {{ nodes {selection('Patient', 1)} }} }}",
    "history": """{ patient(by: {id: "pat_1"}) { id history(first: 20) { nodes { id at kind entry {
      __typename ... on Condition { id code wording } ... on ClinicalNote { id text state }
      ... on Encounter { id endsAt } ... on Observation { id value unit }
      ... on LaboratoryResult { id value flag } } } } } }""",
    "cards": f"{{ practitioners(first: 8) {{ nodes {CARD} }} }}",
    "aliases": """{ first: practitioner(by: {id: "prac_1"}) { id snils other: snils snilsMasked }
      second: practitioner(by: {id: "prac_1"}) { id ...Identity } practitioner(by: {id: "prac_12"}) { id ...Identity } }
      fragment Identity on Practitioner { birthOn birthYear inn }""",
    "himself": f"{{ viewer {{ id practitioner {CARD} patients(first: 3) {{ nodes {selection('Patient', 0)} }} }} }}",
    "node": f'{{ node(id: "pat_1") {{ __typename ... on Patient {selection("Patient", 0)} }} }}',
    "no node": '{ node(id: "cond_999999") { __typename id } }',
    "public": "{ practitioners(first: 3) { nodes { id fullName } totalCount } }",
}


async def entered(gateway: Gateway, request_id: str) -> set[Access]:
    """What stands in the journal of one request."""
    found: set[Access] = set()
    async with gateway.application.stores.journal.connection() as connection:
        for row in await connection.fetch(WRITTEN, request_id):
            grounds = json.loads(row["grounds"])
            for block in grounds["read"]:
                for coordinate in block["coordinates"]:
                    found |= {(coordinate, thing, grounds["verdict"]) for thing in block["objects"] or [None]}
    return found


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_the_journal_has_what_was_told(settings: Settings, urls: dict[str, str], executor: str) -> None:
    seen: set[Any] = set()
    async with opened(replace(settings, executor=executor), urls) as gateway:
        for persona in ("anonymous", *sorted(CAST)):
            for name, document in DOCUMENTS.items():
                factor = (len(persona) + len(name)) % 4 > 0
                answer = await gateway.ask(persona, document, second_factor=factor)
                assert answer.data is not None, f"{persona} asks for {name}: {answer.codes}"
                told = set() if persona == "anonymous" else expected(document, answer.content)
                kept = await entered(gateway, answer.headers["x-request-id"])
                assert kept == told, f"{persona} asks for {name}: {kept ^ told}"
                seen |= {(coordinate.partition(".")[0], verdict) for coordinate, _, verdict in told}
    assert {verdict for _, verdict in seen} >= {"GIVEN", "ABSENT", "ROLE", "OBJECT", "MASKED", "SECOND_FACTOR"}
    assert {kind for kind, verdict in seen if verdict == "GIVEN"} >= {
        "Patient", "Condition", "ClinicalNote", "Encounter", "Observation", "HistoryEntry", "Practitioner", "Query",
    }  # fmt: skip
