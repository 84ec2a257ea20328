"""Streams of patients for whoever asks on behalf of a doctor, and at his other workplace: told and ended as his own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.world.cast import OTHER_HOSPITAL
from sources.stores import Stores
from tests.acts.second_post import POST, SECOND_RECORD, SECOND_WORKPLACE
from tests.gateway.streams.cabinet import THERAPIST, told
from tests.gateway.streams.charts import CHART, HIDDEN, MINE, RELATION, UNDONE, cared, now, ordinary, rest, written
from tests.gateway.streams.speaking import Socket, listening, socket, until
from tests.gateway.streams.test_patients_ends import JUST, SUSPENDED, seen_by
from tests.gateway.streams.test_rights import clock_at
from tests.served.running import Running

# Registered at the other hospital, and nobody cares for him.
UNCARED = """
SELECT p.id FROM patient p WHERE p.organization_id = $1 AND p.id > 40
    AND NOT EXISTS (SELECT FROM care_relation r WHERE r.patient_id = p.id) ORDER BY p.id LIMIT 1
"""
OF_THE_SECOND = "UPDATE accreditation SET state = $1 WHERE id = 9200001"


@asynccontextmanager
async def shown(live: Running, persona: str, **payload: Any) -> AsyncIterator[Socket]:
    """A socket of one of the cast that says more than who he is."""
    async with socket(live) as caller:
        said = {"authorization": f"Bearer {live.token(persona)}", **payload}
        await caller.say("connection_init", payload=said)
        assert await caller.hear() == {"type": "connection_ack"}
        yield caller


@pytest.fixture
async def elsewhere(live: Running, own_stores: Stores) -> AsyncIterator[int]:
    """A patient for whom the therapist cares at her other workplace; the post, too, is gone afterwards."""
    async with own_stores.clinical.connection() as connection:
        patient: int = await connection.fetchval(UNCARED, OTHER_HOSPITAL)
    await own_stores.registry.execute(POST)
    # Of several records that other tests made active, one.
    await own_stores.accreditation.execute(f"{SECOND_RECORD} LIMIT 1", datetime.now(UTC) - timedelta(days=1))
    await own_stores.clinical.execute(RELATION, patient, OTHER_HOSPITAL, "ASSIGNMENT", THERAPIST, None, None)
    live.application.operating.facts.heard()
    yield patient
    for statement in UNDONE:
        await own_stores.clinical.execute(statement)
    await own_stores.registry.execute("DELETE FROM employment WHERE id = 9200001")
    await own_stores.accreditation.execute("DELETE FROM accreditation WHERE id = 9200001")


async def test_a_system_is_told_of_the_patients_of_whom_it_speaks_for_and_of_no_others(
    live: Running, own_stores: Stores
) -> None:
    async with shown(live, "mis", onBehalfOf="prac_1") as caller, shown(live, "mis") as nobody:
        await caller.subscribe("all", CHART)
        await nobody.say("subscribe", id="all", payload={"query": CHART, "variables": {}})
        (error,) = (await nobody.hear())["payload"]
        assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
        for patient in (HIDDEN, MINE):
            await written(own_stores, "patient", patient)
        assert (await told(caller))["patientId"] == f"pat_{MINE}"
        await caller.settle()


async def test_it_ends_with_the_relation_of_the_doctor(live: Running, own_stores: Stores) -> None:
    ending = now().replace(microsecond=0) + timedelta(minutes=10)
    async with cared(own_stores, HIDDEN, THERAPIST, ending):
        with clock_at(live, ending - JUST):
            of_hers = [shown(live, "mis", onBehalfOf="prac_1") for _ in range(2)]
            async with of_hers[0] as caller, of_hers[1] as other:
                await caller.subscribe("a", CHART, id=f"pat_{HIDDEN}")
                await other.subscribe("b", CHART, id=f"pat_{MINE}")
                await seen_by(live, HIDDEN, wanted=1)
                await written(own_stores, "patient", HIDDEN)
                assert (await told(caller))["patientId"] == f"pat_{HIDDEN}"
                with clock_at(live, ending):
                    await written(own_stores, "patient", HIDDEN)
                    assert await rest(caller) == ([], 4403)
                    await written(own_stores, "patient", MINE)
                    assert (await told(other))["patientId"] == f"pat_{MINE}"


async def test_it_ends_with_the_accreditation_of_the_doctor_and_not_with_another(
    live: Running, own_stores: Stores
) -> None:
    async with shown(live, "mis", onBehalfOf="prac_1") as caller, shown(live, "mis", onBehalfOf="prac_2") as other:
        for one in (caller, other):
            await one.subscribe("a", CHART, id=f"pat_{MINE}")
        await seen_by(live, MINE, wanted=2)
        try:
            await own_stores.accreditation.execute(SUSPENDED, "SUSPENDED")
            assert await rest(caller) == ([], 4403)
            await written(own_stores, "patient", MINE)
            assert (await told(other))["patientId"] == f"pat_{MINE}"
        finally:
            await own_stores.accreditation.execute(SUSPENDED, "ACTIVE")
    await until(live.application, 0)


async def test_at_the_other_workplace_it_ends_with_what_opened_it_there(
    live: Running, own_stores: Stores, elsewhere: int
) -> None:
    async with (
        shown(live, "therapist", workplace=SECOND_WORKPLACE) as there,
        shown(live, "therapist", workplace=SECOND_WORKPLACE) as all_there,
        listening(live, "therapist") as here,
    ):
        await there.subscribe("a", CHART, id=f"pat_{elsewhere}")
        await all_there.subscribe("a", CHART)
        await here.subscribe("a", CHART)
        await seen_by(live, elsewhere, wanted=1)
        for patient in (MINE, elsewhere):
            await written(own_stores, "patient", patient)
        for caller in (there, all_there):
            assert (await told(caller))["patientId"] == f"pat_{elsewhere}"
        assert (await told(here))["patientId"] == f"pat_{MINE}"
        # Whoever names nobody is told nothing more, and stays.
        await own_stores.clinical.execute("UPDATE care_relation SET ends_at = now() WHERE basis_id = 900001")
        assert await rest(there) == ([], 4403)
        await all_there.settle()
        await own_stores.accreditation.execute(OF_THE_SECOND, "SUSPENDED")
        assert await rest(all_there) == ([], 4403)
        await written(own_stores, "patient", MINE)
        assert (await told(here))["patientId"] == f"pat_{MINE}"


MARKED = """
WITH said AS (
    INSERT INTO record_error (id, patient_id, organization_id, practitioner_id, record_id, at, reason)
    SELECT 999999001, patient_id, organization_id, practitioner_id, id, now(), 'x' FROM observation WHERE id = $1
)
UPDATE observation SET error_id = 999999001, state = 'ENTERED_IN_ERROR', version = version + 1 WHERE id = $1
"""
WHOSE = "SELECT practitioner_id FROM observation WHERE id = $1"
MADE_BY = "UPDATE observation SET error_id = NULL, state = 'FINAL', practitioner_id = $2 WHERE id = $1"


async def test_of_what_was_entered_in_error_its_author_is_told_and_others_that_something_changed(
    live: Running, own_stores: Stores
) -> None:
    key = await ordinary(own_stores, "observation", MINE)
    async with own_stores.clinical.connection() as connection:
        whose = await connection.fetchval(WHOSE, key)
    await own_stores.clinical.execute(MADE_BY, key, THERAPIST)
    try:
        async with listening(live, "therapist") as author, listening(live, "surgeon") as other:
            for one in (author, other):
                await one.subscribe("a", CHART, id=f"pat_{MINE}")
            await seen_by(live, MINE, wanted=2)
            await own_stores.clinical.execute(MARKED, key)
            heard = [await told(author) for _ in range(2)]
            assert {(one["kind"], one["recordId"]) for one in heard} == {
                ("PATIENT", None), ("OBSERVATION", f"obs_{key}"),
            }  # fmt: skip
            last = await told(other)
            assert (last["kind"], last["recordId"], last["record"]) == ("PATIENT", None, None)
            await other.settle()
    finally:
        async with own_stores.clinical.connection() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(MADE_BY, key, whose)
            await connection.execute("DELETE FROM record_error WHERE id = 999999001")
