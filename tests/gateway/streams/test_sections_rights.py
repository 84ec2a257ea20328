"""Who is told of changes in a cabinet's sections: those who may see the object now, or could until now."""

from datetime import UTC, datetime

from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.cabinet import DOCUMENT, PRACTITIONER, SHIFT, SURGEON, THERAPIST, Section, told
from tests.gateway.streams.speaking import listening
from tests.served.running import Running


async def test_each_is_told_who_may_reach_the_person(live: Running, own_stores: Stores) -> None:
    async with (
        listening(live, "registrar") as registrar,
        listening(live, "supervisor") as supervisor,
        listening(live, "mis") as system,
        listening(live, "auditor") as auditor,
        listening(live, "surgeon") as surgeon,
    ):
        for caller in (registrar, supervisor, system, surgeon):
            await caller.subscribe("a", PRACTITIONER)
        await auditor.say("subscribe", id="a", payload={"query": PRACTITIONER})
        assert (await auditor.hear())["type"] == "error"
        await own_stores.registry.execute("UPDATE practitioner SET phone = '+79990000001' WHERE id = $1", THERAPIST)
        for caller in (registrar, supervisor, system):
            event = await told(caller)
            assert (event["practitionerId"], event["practitioner"]["phone"]) == ("prac_1", "+79990000001")
        await surgeon.settle()


async def test_what_goes_out_of_sight_is_told_by_its_id_and_what_comes_into_it_as_it_is(
    live: Running, own_stores: Stores, sections: dict[str, Section]
) -> None:
    key = sections["schedule"].key
    async with listening(live, "surgeon") as before, listening(live, "stranger") as afterwards:
        for caller in (before, afterwards):
            await caller.subscribe("a", SHIFT)
        moved = "UPDATE shift SET organization_id = $2 WHERE id = $1"
        await own_stores.schedule.execute(moved, key, OTHER_HOSPITAL)
        assert await told(before) == {"shiftId": f"shift_{key}", "shift": None}
        assert (await told(afterwards))["shift"]["id"] == f"shift_{key}"
        await own_stores.schedule.execute(f"{moved} AND false", key, MAIN_HOSPITAL)
        for caller in (before, afterwards):
            await caller.settle()


async def test_a_personnel_officer_is_told_that_somebody_leaves_and_nothing_after_that(
    live: Running, own_stores: Stores
) -> None:
    moved = "UPDATE employment SET organization_id = $2, department_id = $3 WHERE id = $1"
    phone = "UPDATE practitioner SET phone = '+79990000003' WHERE id = $1"
    post = "SELECT id, department_id FROM employment WHERE practitioner_id = $1 AND organization_id = $2"
    async with own_stores.registry.connection() as connection:
        posts = await connection.fetch(post, SURGEON, MAIN_HOSPITAL)
    async with listening(live, "registrar") as caller:
        await caller.subscribe("a", PRACTITIONER)
        try:
            for row in posts:
                await own_stores.registry.execute(moved, row["id"], OTHER_HOSPITAL, None)
                event = await told(caller)
                assert event["practitionerId"] == f"prac_{SURGEON}"
            assert event["practitioner"]["phone"] is None
            await own_stores.registry.execute(phone, SURGEON)
            await own_stores.registry.execute(phone, THERAPIST)
            assert (await told(caller))["practitionerId"] == f"prac_{THERAPIST}"
        finally:
            for row in posts:
                await own_stores.registry.execute(moved, row["id"], MAIN_HOSPITAL, row["department_id"])


async def test_who_lost_the_right_to_others_is_told_of_himself_alone(live: Running, own_stores: Stores) -> None:
    """The personnel officer is no more one: his stream stays, for he is a worker himself."""
    text = "UPDATE appointment SET function = $2 WHERE subject = $1"
    phone = "UPDATE practitioner SET phone = '+79990000002' WHERE id = $1"
    subject, himself = CAST["registrar"].subject, CAST["registrar"].practitioner_id
    async with listening(live, "registrar") as officer, listening(live, "therapist") as caller:
        for one in (officer, caller):
            await one.subscribe("a", PRACTITIONER)
        await own_stores.registry.execute(phone, THERAPIST)
        for one in (officer, caller):
            assert (await told(one))["practitionerId"] == "prac_1"
        await own_stores.journal.execute(text, subject, "AUD")
        try:
            await own_stores.registry.execute(phone, THERAPIST)
            assert (await told(caller))["practitionerId"] == "prac_1"
            await own_stores.registry.execute(phone, himself)
            assert (await told(officer))["practitionerId"] == f"prac_{himself}"
        finally:
            await own_stores.journal.execute(text, subject, "HRR")


async def test_a_stream_ends_when_the_last_right_to_its_field_is_gone(live: Running, own_stores: Stores) -> None:
    expert = CAST["expert"].subject
    case = "UPDATE review_case SET closed_at = $1 WHERE officer = $2"
    async with listening(live, "expert") as caller:
        await caller.subscribe("a", DOCUMENT)
        async with own_stores.accreditation.connection() as connection:
            closed = await connection.fetch(
                "SELECT id FROM review_case WHERE officer = $1 AND closed_at IS NULL", expert
            )
            await connection.execute(f"{case} AND closed_at IS NULL", datetime.now(UTC), expert)
        try:
            assert await caller.closed() == 4403
        finally:
            keys = [row["id"] for row in closed]
            await own_stores.accreditation.execute(
                "UPDATE review_case SET closed_at = NULL WHERE id = ANY($1::bigint[])", keys
            )
