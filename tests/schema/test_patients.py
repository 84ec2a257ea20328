"""Patients and their records: who finds them, how many statements that takes, and what a lost copy does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.world.cast import CAST
from gateway.world.numbers import insurance_number
from tests.conftest import Ask, Gateway

# The first of the therapist's patients is under her care, the third was; the others are of others of the cast.
MINE, ENDED, NOBODY = 1, 3, 199_999
LOOKED = "query($by: PatientBy!) { patient(by: $by) { id fullName } }"


def numbered(key: int) -> dict[str, Any]:
    return {"by": {"insuranceNumber": insurance_number(key)}}


async def named(ask: Ask, key: int) -> dict[str, Any]:
    """What names a patient, as one who may see everybody is told."""
    text = "query($by: PatientBy!) { patient(by: $by) { familyName givenName birthOn } }"
    answer = await ask("census", text, {"by": {"id": f"pat_{key}"}})
    found: dict[str, Any] = answer.data["patient"]
    return {"by": {"name": found}}


async def test_a_patient_is_found_by_id_by_number_and_by_name_with_day_of_birth(ask: Ask) -> None:
    for by in ({"by": {"id": f"pat_{MINE}"}}, numbered(MINE), await named(ask, MINE)):
        answer = await ask("therapist", LOOKED, by)
        assert answer.errors == []
        assert answer.data["patient"]["id"] == f"pat_{MINE}"
        assert answer.statements == {"clinical": 1}


async def test_who_may_not_be_seen_is_answered_like_nobody_with_as_many_statements(ask: Ask) -> None:
    nobody = [await ask("therapist", LOOKED, by) for by in ({"by": {"id": f"pat_{NOBODY}"}}, numbered(NOBODY))]
    unknown = {"by": {"name": {"familyName": "Нет", "givenName": "Такого", "birthOn": "1970-01-01"}}}
    nobody.append(await ask("therapist", LOOKED, unknown))
    for key in (ENDED, 6):
        hidden = [{"by": {"id": f"pat_{key}"}}, numbered(key), await named(ask, key)]
        for by, none in zip(hidden, nobody, strict=True):
            answer = await ask("therapist", LOOKED, by)
            assert (answer.content, answer.statements) == (none.content, none.statements)
            assert answer.body == {"data": {"patient": None}}
            assert answer.statements == {"clinical": 1}


SEVERAL = (
    "Не подходит значение поля «фамилия, имя и дата рождения»: так известны несколько пациентов; укажите другое поле."
)


async def test_several_of_one_name_are_told_apart_by_another_field(ask: Ask, gateway: Gateway) -> None:
    by, store = await named(ask, MINE), gateway.application.stores.clinical
    async with store.connection() as connection:
        hashed = await connection.fetchval("SELECT name_hash FROM patient WHERE id = 2")
        # The second of hers bears the hash of the first for a while: whoever is meant, cannot be said.
        await connection.execute(
            "UPDATE patient SET name_hash = (SELECT name_hash FROM patient WHERE id = 1) WHERE id = 2"
        )
        try:
            (error,) = (await ask("therapist", LOOKED, by)).errors
            assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "by.name")
            assert error["message"] == SEVERAL
            # Who sees one of them alone is told of no other.
            assert (await ask("surgeon", LOOKED, by)).data["patient"]["id"] == "pat_1"
        finally:
            await connection.execute("UPDATE patient SET name_hash = $1 WHERE id = 2", hashed)


@pytest.mark.parametrize("persona", ["anonymous", "suspended", "lapsed", "applicant"])
async def test_without_a_role_nobody_is_looked_for_by_what_he_is_called(ask: Ask, persona: str) -> None:
    for key in (MINE, NOBODY):
        answer = await ask(persona, LOOKED, numbered(key))
        (error,) = answer.errors
        assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
        assert answer.statements.get("clinical") is None


CHART = """query($id: ID!) { patient(by: {id: $id}) {
  id conditions { nodes { code wording } } observations { nodes { value } } notes { nodes { kind text } }
  results { nodes { value words } } } }"""


async def test_a_history_takes_a_second_factor_and_the_card_does_not(ask: Ask) -> None:
    answer = await ask("therapist", CHART, {"id": f"pat_{MINE}"}, second_factor=False)
    assert answer.data["patient"]["id"] == f"pat_{MINE}"
    assert {one["extensions"]["reason"] for one in answer.errors} == {"SECOND_FACTOR"}
    assert {one["path"][-1] for one in answer.errors} == {"conditions", "observations", "notes", "results"}


async def test_a_nurse_reads_what_was_measured_and_what_nurses_wrote(ask: Ask) -> None:
    mine = (await ask("nurse", "{ patients(of: MINE) { nodes { id } } }")).data["patients"]["nodes"]
    assert {"id": "pat_8"} in mine
    answer = await ask("nurse", CHART, {"id": "pat_8"})
    assert answer.errors == []
    chart = answer.data["patient"]
    assert chart["observations"]["nodes"]
    assert chart["conditions"]["nodes"] == []
    assert {one["kind"] for one in chart["notes"]["nodes"]} <= {"NURSING"}


async def listed(gateway: Gateway, text: str) -> set[str]:
    async with gateway.application.stores.clinical.connection() as connection:
        return {f"pat_{row[0]}" for row in await connection.fetch(text)}


IN_FORCE = "starts_at <= now() AND (ends_at IS NULL OR ends_at > now())"
LISTS = {
    ("therapist", "MINE"): "practitioner_id = 1 AND organization_id = 1 AND basis <> 'TRAINEE'",
    ("supervisor", "TRAINEES"): "practitioner_id = 11 AND basis = 'TRAINEE'",
}


@pytest.mark.parametrize(("persona", "of"), [("therapist", "MINE"), ("supervisor", "TRAINEES")])
async def test_a_list_has_each_patient_of_its_basis_once(ask: Ask, gateway: Gateway, persona: str, of: str) -> None:
    wanted = await listed(gateway, f"SELECT patient_id FROM care_relation WHERE {IN_FORCE} AND {LISTS[persona, of]}")  # noqa: S608
    found: list[str] = []
    after = None
    text = "query($of: PatientsOf!, $after: String) { patients(of: $of, first: 2, after: $after) { totalCount "
    text += "nodes { id } pageInfo { hasNextPage endCursor } } }"
    while True:
        page = await ask(persona, text, {"of": of, "after": after})
        assert page.errors == []
        assert page.statements == {"clinical": 2}
        assert page.data["patients"]["totalCount"] == len(wanted)
        found += [one["id"] for one in page.data["patients"]["nodes"]]
        after = page.data["patients"]["pageInfo"]["endCursor"]
        if not page.data["patients"]["pageInfo"]["hasNextPage"]:
            break
    assert found == sorted(wanted, key=lambda one: int(one[4:]))
    assert found


GRANT = """
INSERT INTO access_grant (id, kind, module, organization_id, grantor_id, grantor_subject, grantee_id, reason, given_by,
    given_at, starts_at, ends_at, changed_at)
VALUES (9900001, 'ORDINARY', '{}', 1, {}, '{}', {}, 'VACATION', '{}', now() - interval '1 day',
    now() - interval '1 day', now() + interval '1 day', now())
"""
OF_THE_SURGEON = f"""
SELECT patient_id FROM care_relation WHERE {IN_FORCE} AND practitioner_id = 2 AND organization_id = 1
"""  # noqa: S608 - a part of a statement


@asynccontextmanager
async def handed(gateway: Gateway, module: str, grantor: str, grantee: str) -> AsyncIterator[None]:
    """While one of the cast hands a module of the main hospital on to another."""
    store, facts = gateway.application.stores.identity, gateway.application.operating.facts
    one, other = CAST[grantor], CAST[grantee]
    await store.execute(GRANT.format(module, one.practitioner_id, one.subject, other.practitioner_id, one.subject))
    try:
        facts.heard()
        yield
    finally:
        await store.execute("DELETE FROM access_grant WHERE id = 9900001")
        facts.heard()


async def test_patients_that_were_handed_on_are_listed_by_two_statements(ask: Ask, gateway: Gateway) -> None:
    text = "{ patients(of: GRANTED, first: 50) { totalCount nodes { id } } }"
    assert (await ask("therapist", text)).data["patients"] == {"totalCount": 0, "nodes": []}
    async with handed(gateway, "CASE_HISTORY", "surgeon", "therapist"):
        await ask("therapist", "{ viewer { id } }")
        page = await ask("therapist", text)
    assert (page.errors, page.statements) == ([], {"clinical": 2})
    wanted = await listed(gateway, OF_THE_SURGEON)
    assert {one["id"] for one in page.data["patients"]["nodes"]} == wanted
    assert page.data["patients"]["totalCount"] == len(wanted) > 1


DIPLOMAS = "documents(first: 100, filter: {{kind: [DIPLOMA]}})"


@pytest.mark.parametrize(
    ("module", "grantor", "store", "his", "granted"),
    [
        ("SCHEDULE", "desk", "schedule", "bookings(of: DESK, {})", "bookings(of: GRANTED, {})"),
        ("DOCUMENTS", "registrar", "documents", DIPLOMAS, DIPLOMAS),
    ],
)
async def test_what_is_handed_on_of_other_modules_is_what_its_grantor_sees_by_two_statements(
    ask: Ask, gateway: Gateway, module: str, grantor: str, store: str, his: str, granted: str
) -> None:
    inner, now = "{ totalCount nodes { id } }", datetime.now(UTC).replace(microsecond=0)
    since, until = (f'"{(now + timedelta(days=days)).isoformat()}"' for days in (0, 2))
    his, granted = (one.format(f"first: 100, filter: {{since: {since}, until: {until}}}") for one in (his, granted))

    async def ids(persona: str, field: str) -> tuple[set[str], Any]:
        page = await ask(persona, f"{{ found: {field} {inner} }}")
        if page.data["found"] is None:
            assert [one["extensions"]["reason"] for one in page.errors] == ["ROLE"]
            return set(), {}
        nodes = {one["id"] for one in page.data["found"]["nodes"]}
        assert page.data["found"]["totalCount"] == len(nodes)
        return nodes, page.statements

    before, _ = await ids("applicant", granted)
    theirs, _ = await ids(grantor, his)
    own = await owned(gateway, CAST[grantor].practitioner_id) if module == "DOCUMENTS" else set()
    async with handed(gateway, module, grantor, "applicant"):
        await ask("applicant", "{ viewer { id } }")
        after, cost = await ids("applicant", granted)
    assert cost == {store: 2}
    # What is the grantor's own is his, and is not handed on.
    assert after - before == theirs - own - before
    assert after - before
    assert (await ids("applicant", granted))[0] == before


async def owned(gateway: Gateway, person: int | None) -> set[str]:
    async with gateway.application.stores.documents.connection() as connection:
        found = "SELECT id FROM document WHERE practitioner_id = $1 AND NOT 1 = ANY(shared_organization_ids)"
        return {f"doc_{row[0]}" for row in await connection.fetch(found, person)}


async def test_a_patient_has_himself_and_whom_he_represents(ask: Ask) -> None:
    answer = await ask("patient", "{ viewer { patients { totalCount nodes { id } } } }")
    assert answer.data["viewer"]["patients"] == {"totalCount": 2, "nodes": [{"id": "pat_1"}, {"id": "pat_2"}]}
    assert (await ask("therapist", "{ viewer { patients { totalCount } } }")).data["viewer"]["patients"][
        "totalCount"
    ] == 0


@asynccontextmanager
async def only_a_copy(gateway: Gateway, horizon: str | None) -> AsyncIterator[None]:
    """Of the therapist's relations to her second patient the booking alone is left, copied and known up to then."""
    store = gateway.application.stores.clinical
    others = "patient_id = 2 AND practitioner_id = 1 AND copied_from IS NULL"
    async with store.connection() as connection:
        await connection.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM care_relation WHERE {others}")  # noqa: S608
        await connection.execute(f"DELETE FROM care_relation WHERE {others}")  # noqa: S608
        if horizon is not None:
            await connection.execute(
                f"INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '{horizon}') "  # noqa: S608
                "ON CONFLICT (store) DO UPDATE SET trusted_until = excluded.trusted_until"
            )
        try:
            yield
        finally:
            await connection.execute("DELETE FROM copy_horizon")
            await connection.execute("INSERT INTO care_relation OVERRIDING SYSTEM VALUE SELECT * FROM kept")
            await connection.execute("DROP TABLE kept")


SECOND = 'patient(by: {id: "pat_2"}) { id notes { totalCount } }'


async def test_a_copy_that_is_known_to_be_as_it_is_there_is_a_relation(ask: Ask, gateway: Gateway) -> None:
    async with only_a_copy(gateway, "1 minute"):
        answer = await ask("therapist", f"{{ {SECOND} patients(of: MINE) {{ nodes {{ id }} }} }}")
        assert answer.errors == []
        assert answer.data["patient"]["notes"]["totalCount"] > 0
        assert {"id": "pat_2"} in answer.data["patients"]["nodes"]


@pytest.mark.parametrize("horizon", [None, "-1 minute"])
async def test_a_copy_that_nobody_can_trust_is_a_lost_store_and_no_relation(
    ask: Ask, gateway: Gateway, horizon: str | None
) -> None:
    async with only_a_copy(gateway, horizon):
        lost = await ask("therapist", f"{{ {SECOND} patients(of: MINE) {{ nodes {{ id }} }} }}")
        assert lost.data == {"patient": None, "patients": None}
        assert {one["extensions"]["code"] for one in lost.errors} == {"SOURCE_UNAVAILABLE"}
        # Whom the copy does not concern goes on, and the store is as well as before.
        assert (await ask("therapist", '{ patient(by: {id: "pat_1"}) { id } }')).errors == []
        elsewhere = await ask("stranger", f"{{ {SECOND} }}")
        assert elsewhere.errors == []
        assert elsewhere.data["patient"]["id"] == "pat_2"
        assert gateway.application.stores.clinical.answers


HISTORY = """query($filter: HistoryFilter, $after: String) { patient(by: {id: "pat_1"}) {
  history(filter: $filter, first: 3, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id at kind entry { ... on Node { id } } } } } }"""


async def test_a_history_is_one_timeline_of_all_kinds(ask: Ask) -> None:
    entries: list[Any] = []
    after, more = None, True
    while more:
        answer = await ask("therapist", HISTORY, {"after": after})
        assert answer.errors == []
        page = answer.data["patient"]["history"]
        entries += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(entries) == page["totalCount"]
    assert [one["at"] for one in entries] == sorted((one["at"] for one in entries), reverse=True)
    assert all(one["entry"]["id"] == one["id"] for one in entries)
    assert {"EPISODE", "ENCOUNTER", "CONDITION", "OBSERVATION", "LABORATORY_RESULT", "NOTE"} <= {
        one["kind"] for one in entries
    }
    notes = (await ask("therapist", HISTORY, {"filter": {"kind": ["NOTE"]}})).data["patient"]["history"]
    assert notes["totalCount"] == sum(one["kind"] == "NOTE" for one in entries)
    since, until = entries[-1]["at"], entries[0]["at"]
    part = (await ask("therapist", HISTORY, {"filter": {"since": since, "until": until}})).data["patient"]["history"]
    assert part["totalCount"] == sum(since <= one["at"] < until for one in entries)


async def test_a_nurse_has_a_history_of_her_own_work(ask: Ask) -> None:
    text = '{ patient(by: {id: "pat_8"}) { history(first: 100) { nodes { kind entry { __typename } } } } }'
    entries = (await ask("nurse", text)).data["patient"]["history"]["nodes"]
    assert {one["kind"] for one in entries} <= {"OBSERVATION", "LABORATORY_RESULT", "NOTE", "PROCEDURE"}
    assert entries
    assert all(one["entry"] for one in entries)
