import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.world import loading
from gateway.world.cast import CAST
from gateway.world.days import midnight
from gateway.world.loading import load
from gateway.world.making import VERSION, generate
from gateway.world.names import sort_key
from gateway.world.scale import SCALES
from sources.books import BOOKS
from sources.embedded import EmbeddedServer
from sources.migrating import migrate
from sources.store import Store
from sources.stores import NAMES, Stores

TODAY = date(2026, 11, 22)
NOW = midnight(TODAY)
QUIET = Console(file=StringIO())
COUNTED = ("organizations", "practitioners", "employments", "accreditations", "applications", "documents", "shifts")

World = dict[str, list[dict[str, Any]]]


@cache
def made(scale: str, seed: int = 1, today: date = TODAY) -> World:
    return {
        batch.table: [dict(zip(batch.columns, row, strict=True)) for row in batch.rows]
        for batch in generate(SCALES[scale], seed, today)
    }


@pytest.fixture(scope="module", params=["village", "city"])
def world(request: pytest.FixtureRequest) -> World:
    """Each world, made but not loaded."""
    return made(request.param)


@pytest.fixture(scope="module")
def village() -> World:
    """The small world, made but not loaded."""
    return made("village")


@pytest.fixture
def urls_of_a_world(server: EmbeddedServer) -> Iterator[dict[str, str]]:
    """Five migrated databases of this test's own."""
    server.ensure_databases([f"world_{name}" for name in NAMES])
    urls = {name: server.url(f"world_{name}") for name in NAMES}
    for name, url in urls.items():
        asyncio.run(migrate(url, name))
    yield urls


@pytest.fixture
async def stores(urls_of_a_world: dict[str, str]) -> AsyncIterator[Stores]:
    """The stores of this test's own databases."""
    opened = Stores.from_urls(urls_of_a_world)
    await opened.journal.execute("TRUNCATE world_mark")
    yield opened
    await opened.close()


async def value(store: Store, text: str) -> Any:
    async with store.connection() as connection:
        return await connection.fetchval(text)


def of(world: World, table: str, persona: str, column: str = "practitioner_id") -> list[dict[str, Any]]:
    key = CAST[persona].practitioner_id
    assert key is not None
    return [row for row in world[table] if row[column] == key]


def in_force(row: dict[str, Any]) -> bool:
    return bool(row["state"] == "ACTIVE" and row["valid_from"] <= NOW < (row["valid_to"] or NOW + timedelta(1)))


def test_the_same_seed_and_anchor_make_the_same_world(village: World) -> None:
    assert made.__wrapped__("village") == village


def test_another_seed_or_anchor_makes_another_world(village: World) -> None:
    assert made("village", seed=2)["practitioner"] != village["practitioner"]
    assert made("village", today=TODAY + timedelta(days=1))["shift"] != village["shift"]


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 1, 1), date(2026, 11, 21), date(2027, 5, 9)])
def test_any_day_can_be_the_anchor(today: date) -> None:
    assert len(made("village", today=today)["shift"]) == SCALES["village"].shifts


def test_every_count_is_met_exactly(world: World) -> None:
    scale = SCALES["village" if len(world["organization"]) == 3 else "city"]
    assert {name: len(world[name.removesuffix("s")]) for name in COUNTED} == {
        name: getattr(scale, name) for name in COUNTED
    }


def test_keys_are_unique_and_lead_somewhere(world: World) -> None:
    keys = {table: {row["id"] for row in rows} for table, rows in world.items() if "id" in rows[0]}
    assert all(len(keys[table]) == len(world[table]) for table in keys)
    for table, rows in world.items():
        for row in rows:
            assert row.get("practitioner_id") is None or row["practitioner_id"] in keys["practitioner"], table
            assert row.get("organization_id") is None or row["organization_id"] in keys["organization"], table
            assert row.get("department_id") is None or row["department_id"] in keys["department"], table
            assert row.get("application_id") is None or row["application_id"] in keys["application"], table
            assert row.get("accreditation_id") is None or row["accreditation_id"] in keys["accreditation"], table
            assert row.get("head_id") is None or row["head_id"] in keys["practitioner"], table


def test_codes_are_those_of_the_books(world: World) -> None:
    for table in ("practitioner", "education", "certificate", "qualification", "accreditation", "application"):
        codes = {row["specialty_code"] for row in world[table]} - {None}
        assert codes <= BOOKS.specialties.by_code.keys(), table
    assert {row["position_code"] for row in world["employment"]} <= BOOKS.positions.by_code.keys()
    assert {row["region_code"] for row in world["organization"]} <= BOOKS.regions.by_code.keys()


def test_no_number_can_belong_to_a_living_person(world: World) -> None:
    for row in world["practitioner"]:
        assert row["snils"].startswith("999")
        assert row["inn"] is None or row["inn"].startswith("00")
        assert row["phone"] is None or row["phone"].startswith("+7000")
        assert row["email"] is None or row["email"].endswith("@hospital.example")
        assert row["sort_name"] == sort_key(row["family_name"], row["given_name"], row["patronymic"])
        assert "ё" not in row["sort_name"]
    assert all(row["inn"].startswith("00") and row["ogrn"][3:5] == "00" for row in world["organization"])


def test_records_stand_on_what_they_must(world: World) -> None:
    records = {row["id"]: row for row in world["accreditation"]}
    practitioners = {row["id"] for row in world["practitioner"]}
    assert {row["accreditation_id"] for row in world["decision"]} == records.keys()
    for row in records.values():
        assert row["valid_to"] is None or row["valid_to"].astimezone(loading.AUTHORITY_ZONE).hour == 0
        if row["kind"] == "TEMPORARY":
            assert timedelta(days=30) <= row["valid_to"] - row["valid_from"] <= timedelta(days=90)
            assert row["supervisor_id"] in practitioners - {row["practitioner_id"]}
            assert row["purpose"]
        elif row["kind"] == "PERMANENT":
            assert row["procedure"] in {"PRIMARY", "PRIMARY_SPECIALISED", "PERIODIC"}
        elif row["kind"] in {"SPECIAL", "REMOTE"}:
            base = records[row["base_id"]]
            assert base["kind"] in {"PERMANENT", "TEMPORARY"}
            assert base["practitioner_id"] == row["practitioner_id"]
            assert base["valid_from"] <= row["valid_from"] < row["valid_to"] <= base["valid_to"]


def test_the_city_shows_every_kind_state_and_outcome() -> None:
    world = made("city")

    def seen(table: str, column: str) -> set[Any]:
        return {row[column] for row in world[table]}

    assert seen("accreditation", "kind") == {"PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE", "ORGANISATIONAL"}
    assert seen("accreditation", "state") == {"ACTIVE", "UNDER_REVIEW", "SUSPENDED", "REVOKED", "SUPERSEDED"}
    assert len(seen("accreditation", "procedure")) == 6
    expired = [row for row in world["accreditation"] if row["state"] == "ACTIVE" and (row["valid_to"] or NOW) < NOW]
    assert len(expired) > 1_000
    assert {direction for row in world["accreditation"] for direction in row["directions"]} == {
        "SURGERY", "RADIATION_DIAGNOSTICS", "LABORATORY",
    }
    assert seen("application", "stage") == {"DRAFT", "RECEPTION", "CHECK", "APPROVAL", "DONE"}
    assert seen("application", "outcome") == {None, "ACCREDITED", "REJECTED", "WITHDRAWN"}
    assert seen("application", "attempt") == {1, 2}
    assert seen("licence", "status") == {"ACTIVE", "SUSPENDED", "TERMINATED"}
    assert len(seen("document", "kind")) == 13
    assert len(seen("document", "status")) == 8
    assert seen("shift", "kind") == {"DAY", "NIGHT", "DUTY", "ON_CALL", "TELEMEDICINE"}
    assert len(seen("employment", "kind")) == 4
    staffed = Counter(row["organization_id"] for row in world["department"] if row["closed_on"] is None)
    assert set(staffed.values()) <= set(range(5, 13))


def test_a_claimed_application_has_one_open_case(world: World) -> None:
    cases = Counter(
        row["application_id"] for row in world["review_case"] if row["closed_at"] is None and row["application_id"]
    )
    claimed = {row["id"] for row in world["application"] if row["queue"] == "CLAIMED"}
    assert cases.keys() == claimed
    assert set(cases.values()) == {1}
    waiting = {row["stage"] for row in world["application"] if row["queue"] == "UNCLAIMED"}
    assert waiting == {"RECEPTION", "CHECK"}


def test_the_history_of_an_application_ends_at_its_stage(world: World) -> None:
    stories: dict[int, list[dict[str, Any]]] = {}
    for event in world["application_event"]:
        stories.setdefault(event["application_id"], []).append(event)
    for row in world["application"]:
        story = stories[row["id"]]
        times = [event["at"] for event in story]
        assert times == sorted(times)
        assert times[-1] < NOW
        assert story[0]["kind"] == "CREATED"
        assert story[0]["at"] == row["created_at"]
        assert story[-1]["stage"] == row["stage"]
        if row["outcome"]:
            assert story[-1]["kind"] == ("WITHDRAWN" if row["outcome"] == "WITHDRAWN" else "DECIDED")
        if row["clarification_requested_at"]:
            assert story[-1]["kind"] == "CLARIFICATION_REQUESTED"
            assert row["clarification_deadline"] > NOW
    audiences = {row["audience"] for row in world["application_comment"]}
    assert audiences == {"APPLICANT", "INTERNAL"}


def test_an_accredited_application_and_its_record_point_at_each_other(world: World) -> None:
    applications = {row["id"]: row for row in world["application"]}
    backed = [row for row in world["accreditation"] if row["application_id"]]
    assert len(backed) == sum(row["outcome"] == "ACCREDITED" for row in applications.values())
    for row in backed:
        application = applications[row["application_id"]]
        assert application["practitioner_id"] == row["practitioner_id"]
        assert application["holder_organization_id"] == row["holder_organization_id"]
        assert application["kind"] == row["kind"]


def test_applications_enclose_documents_of_the_applicant(world: World) -> None:
    owners = {row["id"]: row["practitioner_id"] for row in world["document"]}
    for row in world["application"]:
        assert {owners[key] for key in row["document_ids"]} <= {row["practitioner_id"]}


def test_rows_of_every_store_say_where_their_person_works(world: World) -> None:
    places: dict[int, tuple[set[int], set[int]]] = {row["id"]: (set(), set()) for row in world["practitioner"]}
    for row in world["employment"]:
        if row["starts_on"] <= TODAY and (row["ends_on"] is None or row["ends_on"] >= TODAY):
            places[row["practitioner_id"]][0].add(row["organization_id"])
            places[row["practitioner_id"]][1].add(row["department_id"])
    for table in ("accreditation", "application"):
        for row in world[table]:
            if row["practitioner_id"]:
                assert (set(row["organization_ids"]), set(row["department_ids"])) == places[row["practitioner_id"]]
            else:
                assert row["organization_ids"] == [row["holder_organization_id"]]
    for row in world["shift"]:
        assert row["organization_id"] in places[row["practitioner_id"]][0]
        assert row["department_id"] in places[row["practitioner_id"]][1]
    for row in world["document"]:
        assert set(row["shared_organization_ids"]) <= places[row["practitioner_id"]][0]


def test_the_cast_have_the_rows_and_subjects_agreed_on(world: World) -> None:
    assert [persona.subject for persona in CAST.values()][:3] == ["1000000001", "1000000002", "1000000003"]
    assert CAST["stranger"].subject == "1000000019"
    keys = [persona.practitioner_id for persona in CAST.values() if persona.practitioner_id]
    assert keys == list(range(1, 13))
    rows = {row["id"]: row for row in world["practitioner"]}
    known = {row["subject"] for row in world["practitioner"]}
    for persona in CAST.values():
        if persona.practitioner_id:
            assert rows[persona.practitioner_id]["subject"] == persona.subject
        else:
            assert persona.subject not in known


@pytest.mark.parametrize(
    ("persona", "kinds"),
    [
        ("therapist", {"PERMANENT"}),
        ("surgeon", {"PERMANENT", "SPECIAL"}),
        ("nurse", {"PERMANENT"}),
        ("intern", {"TEMPORARY"}),
        ("telemedic", {"PERMANENT", "REMOTE"}),
        ("applicant", set()),
        ("lapsed", set()),
        ("suspended", set()),
        ("registrar", set()),
        ("supervisor", {"PERMANENT"}),
        ("stranger", {"PERMANENT"}),
    ],
)
def test_the_cast_are_accredited_as_their_names_say(world: World, persona: str, kinds: set[str]) -> None:
    assert {row["kind"] for row in of(world, "accreditation", persona) if in_force(row)} == kinds


def test_the_cast_stand_where_their_names_say(world: World) -> None:
    def post(persona: str) -> dict[str, Any]:
        return next(row for row in of(world, "employment", persona) if row["ends_on"] is None)

    main = world["organization"][0]
    wards = {row["id"]: row for row in world["department"]}
    assert main["head_id"] == CAST["head"].practitioner_id
    assert BOOKS.positions.by_code[post("head")["position_code"]].category == "HEAD"
    assert wards[post("therapist")["department_id"]]["head_id"] == CAST["supervisor"].practitioner_id
    assert post("therapist")["department_id"] == post("nurse")["department_id"] == post("intern")["department_id"]
    assert post("surgeon")["department_id"] != post("therapist")["department_id"]
    assert (post("therapist")["position_code"], post("surgeon")["position_code"]) == ("109", "122")
    assert BOOKS.positions.by_code[post("nurse")["position_code"]].category == "NURSING"
    assert post("stranger")["organization_id"] == 2
    assert post("applicant")["accreditation_id"] is None
    (trainee,) = of(world, "accreditation", "intern")
    assert post("intern")["accreditation_id"] == trainee["id"]
    assert trainee["supervisor_id"] == CAST["supervisor"].practitioner_id
    assert trainee["valid_to"] - trainee["valid_from"] == timedelta(days=60)
    assert of(world, "accreditation", "lapsed")[0]["valid_to"] == NOW
    assert of(world, "accreditation", "suspended")[0]["state"] == "SUSPENDED"


def test_officers_of_the_cast_hold_their_functions_and_cases(world: World) -> None:
    held = {(row["subject"], row["function"], row["organization_id"]) for row in world["appointment"]}
    functions = {"registrar": "HRR", "expert": "EXP", "regulator": "REG", "insurer": "INS", "patient": "PAT",
                 "support": "SUPP", "auditor": "AUD", "mis": "MIS", "census": "ALL"}
    for persona, function in functions.items():
        place = 1 if function in {"HRR", "MIS"} else None
        assert (CAST[persona].subject, function, place) in held
    assert sum(function == "ALL" for _, function, _ in held) in {20, 1_000}
    (application,) = of(world, "application", "applicant")
    assert (application["stage"], application["queue"]) == ("CHECK", "CLAIMED")
    (case,) = [row for row in world["review_case"] if row["officer"] == CAST["expert"].subject]
    assert (case["application_id"], case["closed_at"]) == (application["id"], None)
    (inquiry,) = [row for row in world["review_case"] if row["officer"] == CAST["regulator"].subject]
    assert (inquiry["practitioner_id"], inquiry["application_id"]) == (CAST["suspended"].practitioner_id, None)


def test_every_practitioner_of_the_cast_has_a_full_cabinet(world: World) -> None:
    for persona in CAST.values():
        if persona.practitioner_id is None:
            continue
        papers = of(world, "document", persona.name)
        assert {bool(row["shared_organization_ids"]) for row in papers} == {True, False}
        assert of(world, "shift", persona.name)
        assert of(world, "education", persona.name)
        (row,) = of(world, "practitioner", persona.name, "id")
        assert row["phone"]
        assert row["email"]


async def test_the_village_is_loaded_under_all_constraints(stores: Stores, village: World) -> None:
    loaded = await load(stores, "village", today=TODAY, console=QUIET)
    assert loaded.rows == sum(map(len, village.values()))
    assert await value(stores.schedule, "SELECT count(*) FROM shift") == SCALES["village"].shifts
    assert await value(stores.registry, "SELECT count(*) FROM employment") == SCALES["village"].employments
    assert await value(stores.registry, "SELECT bool_and(is_snils(snils)) FROM practitioner")
    assert await value(stores.schedule, "SELECT reltuples FROM pg_class WHERE relname = 'shift'") == 1_200


async def test_a_loaded_world_is_left_alone_for_two_weeks(stores: Stores) -> None:
    await load(stores, "village", today=TODAY, console=QUIET)
    for days in (0, 14):
        again = await load(stores, "village", today=TODAY + timedelta(days=days), console=QUIET)
        assert (again.rows, again.anchored_on) == (0, TODAY)
    later = TODAY + timedelta(days=15)
    anew = await load(stores, "village", today=later, console=QUIET)
    assert anew.rows > 0
    assert anew.anchored_on == later


async def test_another_seed_or_version_replaces_the_world(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await load(stores, "village", today=TODAY, console=QUIET)
    other = await load(stores, "village", seed=2, today=TODAY, console=QUIET)
    assert other.rows > 0
    assert await value(stores.journal, "SELECT count(*) FROM world_mark") == 1
    monkeypatch.setattr(loading, "VERSION", VERSION + 1)
    assert (await load(stores, "village", seed=2, today=TODAY, console=QUIET)).rows == other.rows
    monkeypatch.undo()
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows == first.rows


@pytest.mark.parametrize("table", ["organization", "decision", "shift", "appointment"])
async def test_a_load_cut_short_is_done_again(stores: Stores, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    await load(stores, "village", today=TODAY, console=QUIET)
    whole = Store.copy

    async def cut(store: Store, into: Any, columns: Any, records: Any) -> None:
        if into.name == table:
            raise ConnectionResetError
        await whole(store, into, columns, records)

    monkeypatch.setattr(Store, "copy", cut)
    with pytest.raises(ConnectionResetError):
        await load(stores, "village", seed=3, today=TODAY, console=QUIET)
    assert await value(stores.journal, "SELECT count(*) FROM world_mark") == 0
    monkeypatch.undo()
    assert (await load(stores, "village", today=TODAY, console=QUIET)).rows > 0
    assert await value(stores.schedule, "SELECT count(*) FROM shift") == SCALES["village"].shifts


async def test_two_loads_at_once_load_once(stores: Stores) -> None:
    both = await asyncio.gather(*(load(stores, "village", today=TODAY, console=QUIET) for _ in range(2)))
    assert sorted(loaded.rows > 0 for loaded in both) == [False, True]


async def test_loading_tells_how_far_it_is(stores: Stores) -> None:
    plain, terminal = StringIO(), StringIO()
    await load(stores, "village", today=TODAY, console=Console(file=plain))
    assert "shift: 1200 rows" in plain.getvalue()
    await load(stores, "village", seed=2, today=TODAY, console=Console(file=terminal, force_terminal=True))
    assert "1200/1200" in terminal.getvalue()


async def test_an_unknown_scale_is_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="village, city"):
        await load(stores, "metropolis", console=QUIET)


async def test_without_an_anchor_the_world_is_of_today(stores: Stores) -> None:
    loaded = await load(stores, "village", console=QUIET)
    assert abs(loaded.anchored_on - datetime.now(UTC).date()) <= timedelta(days=1)
