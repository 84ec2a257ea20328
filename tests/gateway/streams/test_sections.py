"""What changes in a cabinet's sections is told to those who may see it, whoever changed it and in whichever store."""

import asyncio
import dataclasses

import pytest

from gateway.settings import Settings
from sources.stores import Stores
from tests.gateway.streams.cabinet import (
    DOCUMENT,
    INSERT_DOCUMENT,
    PRACTITIONER,
    SHIFT,
    SURGEON,
    THERAPIST,
    Section,
    change,
    told,
)
from tests.gateway.streams.speaking import PATIENCE, events, listening
from tests.served.running import Running, running


@pytest.mark.parametrize("store", ["registry", "documents", "schedule"])
async def test_what_is_changed_by_hand_is_told_to_him_whose_it_is_and_not_to_a_colleague(
    live: Running, own_stores: Stores, sections: dict[str, Section], store: str
) -> None:
    section = sections[store]
    async with listening(live, "therapist") as caller, listening(live, section.outsider) as other:
        for one in (caller, other):
            await one.subscribe("a", section.query)
        await change(own_stores, section)
        event = await told(caller)
        kind = section.field.removesuffix("Changed")
        assert event[f"{kind}Id"] == event[kind]["id"]
        assert event[kind]["id"].endswith(f"_{section.key}")
        await caller.settle()
        await other.settle()


@pytest.mark.parametrize("store", ["registry", "documents", "schedule"])
async def test_it_is_told_as_a_server_sent_event_too(
    live: Running, own_stores: Stores, sections: dict[str, Section], store: str
) -> None:
    section = sections[store]
    async with events(live, live.token("therapist"), section.query) as heard:
        await change(own_stores, section)
        kind, content = await anext(heard)
        assert kind == "next"
        assert content["data"][section.field][section.field.removesuffix("Changed")]["id"]


@pytest.mark.parametrize("store", ["registry", "documents", "schedule"])
async def test_the_reference_executor_tells_the_same(
    live: Running,
    own_settings: Settings,
    own_urls: dict[str, str],
    own_stores: Stores,
    sections: dict[str, Section],
    store: str,
) -> None:
    section = sections[store]
    reference = dataclasses.replace(own_settings, executor="reference")
    async with (
        running(reference, own_urls) as plain,
        listening(live, "therapist") as compiled,
        listening(plain, "therapist") as other,
    ):
        for caller in (compiled, other):
            await caller.subscribe("a", section.query)
        await change(own_stores, section)
        assert await told(compiled) == await told(other) is not None
        await getattr(own_stores, store).execute("INSERT INTO object_change DEFAULT VALUES")
        assert await compiled.hear() == await other.hear()


async def test_what_hangs_on_a_person_is_of_the_person(live: Running, own_stores: Stores) -> None:
    copied = (
        "INSERT INTO education SELECT 900001, practitioner_id, kind, 'The new one', specialty_code, document_number, "
        "completed_on, hours FROM education WHERE practitioner_id = 1 LIMIT 1"
    )
    async with listening(live, "therapist") as caller:
        await caller.subscribe("a", PRACTITIONER)
        for statement, there in (
            (copied, True),
            ("UPDATE employment SET rate = rate WHERE practitioner_id = 1", True),
            ("DELETE FROM education WHERE id = 900001", False),
        ):
            await own_stores.registry.execute(statement)
            event = await told(caller)
            assert event["practitionerId"] == "prac_1"
            assert ("The new one" in {one["institution"] for one in event["practitioner"]["education"]}) is there
        await caller.settle()


async def test_a_check_is_of_its_document(live: Running, own_stores: Stores, sections: dict[str, Section]) -> None:
    key = sections["documents"].key
    async with listening(live, "therapist") as caller:
        await caller.subscribe("a", DOCUMENT, id=f"doc_{key}")
        await own_stores.documents.execute(
            "INSERT INTO document_check (id, document_id, code, verdict, checked_at) "
            "VALUES (900001, $1, 'DATE', 'WARNED', now())",
            key,
        )
        assert (await told(caller))["document"]["checks"] == [{"verdict": "WARNED"}]
        await own_stores.documents.execute(
            "INSERT INTO signature (document_id, profile, verdict, signed_at) VALUES ($1, 'CADES_T', 'VALID', now())",
            key,
        )
        assert (await told(caller))["document"]["signatures"] == [{"profile": "CADES_T"}]
        await own_stores.documents.execute("DELETE FROM signature WHERE document_id = $1", key)
        assert (await told(caller))["document"]["signatures"] == []


async def test_what_is_deleted_is_told_by_its_id(live: Running, own_stores: Stores) -> None:
    async with own_stores.documents.connection() as connection:
        key = await connection.fetchval(INSERT_DOCUMENT, THERAPIST, "Soon gone")
    async with listening(live, "therapist") as caller, listening(live, "nurse") as other:
        for one in (caller, other):
            await one.subscribe("a", DOCUMENT)
        await own_stores.documents.execute("DELETE FROM document WHERE id = $1", key)
        assert await told(caller) == {"documentId": f"doc_{key}", "document": None}
        await other.settle()


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (SHIFT, {"of": f"prac_{SURGEON}"}),
        (SHIFT, {"id": "shift_900002"}),
        (SHIFT, {"id": "shift_900001", "of": f"prac_{SURGEON}"}),
        (SHIFT, {"id": "doc_900001"}),
        (SHIFT, {"of": "nobody"}),
    ],
)
async def test_a_stream_that_names_others_is_silent(
    live: Running, own_stores: Stores, sections: dict[str, Section], query: str, variables: dict[str, str]
) -> None:
    async with listening(live, "surgeon") as caller:
        await caller.subscribe("named", query, **variables)
        await caller.subscribe("this", SHIFT, of=f"prac_{THERAPIST}", id="shift_900001")
        await change(own_stores, sections["schedule"])
        assert (await caller.hear())["id"] == "this"
        await caller.settle()


async def test_much_at_once_is_told_as_one_event_without_an_object(live: Running, own_stores: Stores) -> None:
    async with listening(live, "therapist") as caller, listening(live, "stranger") as other:
        for one in (caller, other):
            await one.subscribe("a", SHIFT, of="prac_1")
        count = "SELECT count(*) FROM object_change"
        async with own_stores.schedule.connection() as connection:
            before = await connection.fetchval(count)
            await connection.execute("UPDATE shift SET room = room")
            assert await connection.fetchval(count) - before == 1
        for one in (caller, other):
            assert await told(one) is None
            await one.settle()
        async with own_stores.schedule.connection() as connection:
            keys = [row["id"] for row in await connection.fetch("SELECT id FROM shift LIMIT 101")]
            async with connection.transaction():
                for key in keys:
                    await connection.execute("UPDATE shift SET room = room WHERE id = $1", key)
        assert await told(caller) is None
        await caller.settle()


async def test_several_changes_of_one_object_in_a_transaction_are_one_event(
    live: Running, own_stores: Stores, sections: dict[str, Section]
) -> None:
    async with listening(live, "therapist") as caller:
        await caller.subscribe("a", SHIFT)
        async with own_stores.schedule.connection() as connection, connection.transaction():
            for room in ("1", "2", "3"):
                await connection.execute("UPDATE shift SET room = $2 WHERE id = $1", sections["schedule"].key, room)
        assert (await told(caller))["shift"]["room"] == "3"
        await caller.settle()


async def test_every_store_is_listened_to_from_the_start(own_settings: Settings, own_urls: dict[str, str]) -> None:
    async with running(own_settings, own_urls) as served, asyncio.timeout(PATIENCE):
        while {name for name, one in served.application._listeners.items() if one.alive} != set(own_urls):
            await asyncio.sleep(0.01)
