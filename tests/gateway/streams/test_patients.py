"""Changes of patients are told to whoever may know the patient and read the record then, and to nobody else."""

import dataclasses

import pytest

from gateway.settings import Settings
from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.cabinet import THERAPIST, told
from tests.gateway.streams.charts import CHART, HIDDEN, MINE, NOBODY, cared, ordinary, written
from tests.gateway.streams.speaking import events, listening
from tests.served.running import Running, running

NURSE, SURGEON = 3, 2
LABELLED = "UPDATE observation SET confidentiality = $2, special_kind = $3 WHERE id = $1"
ALLOWED = """
INSERT INTO allowed_reader (record_id, patient_id, organization_id, practitioner_id, allowed_by, starts_at)
VALUES ($1, $2, $3, $4, $4, now())
"""


async def test_a_change_is_told_to_who_may_know_the_patient_and_to_nobody_else(
    live: Running, own_stores: Stores
) -> None:
    key = await ordinary(own_stores, "observation", MINE)
    async with (
        listening(live, "therapist") as therapist,
        listening(live, "surgeon") as surgeon,
        listening(live, "supervisor") as supervisor,
        listening(live, "patient") as patient,
        listening(live, "stranger") as stranger,
        listening(live, "nurse") as nurse,
        listening(live, "applicant") as applicant,
    ):
        hearing, silent = (therapist, surgeon, supervisor, patient), (stranger, nurse)
        for caller in (*hearing, *silent):
            await caller.subscribe("all", CHART)
            await caller.subscribe("this", CHART, id=f"pat_{MINE}")
        await applicant.say("subscribe", id="a", payload={"query": CHART})
        (refused,) = (await applicant.hear())["payload"]
        assert refused["extensions"]["reason"] == "ROLE"
        await written(own_stores, "observation", key)
        for caller in hearing:
            for _ in ("all", "this"):
                event = await told(caller)
                record = {"__typename": "Observation", "id": f"obs_{key}"}
                assert (event["patientId"], event["kind"], event["recordId"]) == ("pat_1", "OBSERVATION", f"obs_{key}")
                assert (event["patient"]["id"], event["record"]) == ("pat_1", record)
        for caller in (*hearing, *silent):
            await caller.settle()


async def test_each_record_is_told_by_its_kind_and_who_cares_is_not_told(live: Running, own_stores: Stores) -> None:
    tables = {"condition": "cond", "laboratory_result": "lab", "encounter": "enc", "episode": "case"}
    async with own_stores.clinical.connection() as connection:
        consent = await connection.fetchval("SELECT id FROM consent WHERE patient_id = $1 LIMIT 1", MINE)
    async with listening(live, "therapist") as caller:
        await caller.subscribe("a", CHART, id=f"pat_{MINE}")
        for table, prefix in tables.items():
            key = await ordinary(own_stores, table, MINE)
            await written(own_stores, table, key)
            event = await told(caller)
            assert (event["kind"], event["recordId"]) == (table.upper(), f"{prefix}_{key}")
            assert event["record"]["id"] == event["recordId"]
        await written(own_stores, "consent", consent)
        event = await told(caller)
        assert (event["kind"], event["record"]["id"]) == ("CONSENT", f"consent_{consent}")
        await written(own_stores, "patient", MINE)
        event = await told(caller)
        assert (event["kind"], event["recordId"], event["record"]) == ("PATIENT", None, None)
        async with cared(own_stores, MINE, NURSE):
            await caller.settle()
        await written(own_stores, "patient", MINE)
        assert (await told(caller))["kind"] == "PATIENT"
        await caller.settle()


async def test_a_patient_who_may_not_be_seen_is_as_silent_as_nobody(live: Running, own_stores: Stores) -> None:
    key = await ordinary(own_stores, "observation", MINE)
    async with own_stores.clinical.connection() as connection:
        hidden = await connection.fetchval("SELECT id FROM encounter WHERE patient_id = $1 LIMIT 1", HIDDEN)
    async with listening(live, "therapist") as caller:
        for name, patient in (("hidden", f"pat_{HIDDEN}"), ("nobody", f"pat_{NOBODY}"), ("other", "doc_1")):
            await caller.subscribe(name, CHART, id=patient)
        await caller.subscribe("all", CHART)
        executed, sent = live.application.streams.executions, live.application.streams.events
        await written(own_stores, "encounter", hidden)
        await written(own_stores, "patient", HIDDEN)
        await written(own_stores, "observation", key)
        # In the order in which they were committed: nothing was told, nor executed, of the two before.
        assert (await caller.hear())["id"] == "all"
        await caller.settle()
        counted = live.application.streams
        assert (counted.executions - executed, counted.events - sent) == (1, 1)
        assert counted.counted()["open"] == 4


async def test_a_record_that_may_not_be_read_is_not_told_of_though_its_patient_is_known(
    live: Running, own_stores: Stores
) -> None:
    key = await ordinary(own_stores, "observation", MINE)
    async with listening(live, "therapist") as doctor, listening(live, "patient") as patient:
        for caller in (doctor, patient):
            await caller.subscribe("a", CHART)
        try:
            for label, kind in (("SPECIAL", "HIV"), ("RESTRICTED", None)):
                await own_stores.clinical.execute(LABELLED, key, label, kind)
                assert (await told(patient))["recordId"] == f"obs_{key}"
                await doctor.settle()
            # Whoever comes onto the list is told of the record.
            await own_stores.clinical.execute(ALLOWED, key, MINE, MAIN_HOSPITAL, THERAPIST)
            event = await told(doctor)
            assert (event["kind"], event["record"]["id"]) == ("OBSERVATION", f"obs_{key}")
        finally:
            await own_stores.clinical.execute("DELETE FROM allowed_reader WHERE record_id = $1", key)
            await own_stores.clinical.execute(LABELLED, key, "NORMAL", None)


async def test_a_nurse_is_told_of_what_is_measured_and_not_of_what_is_found(live: Running, own_stores: Stores) -> None:
    observation, condition = [await ordinary(own_stores, table, MINE) for table in ("observation", "condition")]
    async with cared(own_stores, MINE, NURSE), listening(live, "nurse") as caller:
        await caller.subscribe("a", CHART, id=f"pat_{MINE}")
        await written(own_stores, "condition", condition)
        await written(own_stores, "observation", observation)
        assert (await told(caller))["recordId"] == f"obs_{observation}"
        await caller.settle()


async def test_both_doors_and_both_executors_tell_the_same(
    live: Running, own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    key = await ordinary(own_stores, "condition", MINE)
    reference = dataclasses.replace(own_settings, executor="reference")
    async with (
        running(reference, own_urls) as plain,
        listening(live, "therapist") as compiled,
        listening(plain, "therapist") as other,
        events(live, live.token("therapist"), CHART, {"id": f"pat_{MINE}"}) as heard,
    ):
        for caller in (compiled, other):
            await caller.subscribe("a", CHART)
        await written(own_stores, "condition", key)
        event = await told(compiled)
        assert event["recordId"] == f"cond_{key}"
        assert await told(other) == event
        assert await anext(heard) == ("next", {"data": {"patientChanged": event}})


@pytest.mark.parametrize("rows", ["SELECT id FROM observation", "SELECT id FROM observation WHERE patient_id <> 1"])
async def test_much_at_once_is_one_event_without_an_object_for_everybody(
    live: Running, own_stores: Stores, rows: str
) -> None:
    async with listening(live, "therapist") as caller, listening(live, "stranger") as other:
        for one in (caller, other):
            await one.subscribe("a", CHART, id=f"pat_{MINE}")
        await own_stores.clinical.execute(f"UPDATE observation SET version = version + 1 WHERE id IN ({rows})")  # noqa: S608
        for one in (caller, other):
            assert await told(one) is None
            await one.settle()
