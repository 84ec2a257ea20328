"""Rows out of FHIR: picked as they were asked for, in as few requests as levels, and nothing believed."""

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import aiohttp
import pytest

from sources.fhir.document_reference import DOCUMENT_REFERENCE
from sources.fhir.organization import ORGANIZATION
from sources.fhir.practitioner import PRACTITIONER
from sources.fhir.practitioner_role import PRACTITIONER_ROLE
from sources.fhir.reading import by_key, children, counts, slices
from sources.fhir.resource import Column, Kind, identified_number, in_system
from sources.fhir.slot import SLOT
from sources.postgres.ask import Ask, Window
from sources.postgres.failure import SourceContradicts
from sources.postgres.store import statements
from sources.remote.errand import Errand
from sources.remote.service import Service
from tests.sources.fhir.hospital import KABINET, RESOURCES, Hospital, serving

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
# Practitioners of the hospital by the number that they have with us.
OURS = Kind(
    PRACTITIONER.record,
    "Practitioner",
    {
        **PRACTITIONER.columns,
        "ours": Column(("identifier",), identified_number(KABINET), "identifier", in_system(KABINET)),
    },
)


@pytest.fixture
async def hospital() -> AsyncIterator[Hospital]:
    made = Hospital()
    async with serving(made):
        yield made


@pytest.fixture
async def service(hospital: Hospital) -> AsyncIterator[Service]:
    made = Service("hospital", hospital.url, deadline=5.0, private=True)
    yield made
    await made.close()


def ask(*columns: str, narrow: Any = ()) -> Ask:
    return Ask(AT, frozenset(columns), narrow)


def values(row: Any) -> dict[str, Any]:
    return dict(vars(row))


async def test_of_many_keys_one_search_asks_for_what_is_wanted(service: Service, hospital: Hospital) -> None:
    counted: dict[str, int] = {}
    token = statements.set(counted)
    found = await by_key(service, PRACTITIONER, ["p-01", "p-03", "p-77", "../x", 5], ask("family", "phone"), Errand())
    statements.reset(token)
    assert {key: values(row) for key, row in found.items()} == {
        "p-01": {"id": "p-01", "family": "Соколова", "phone": "+7 495 111-00-01"},
        "p-03": {"id": "p-03", "family": "Без, связи", "phone": "+7 495 111-00-03"},
    }
    assert counted == {"hospital": 1}
    assert hospital.asked == [("GET", "Practitioner?_id=p-01,p-03,p-77&_count=3&_elements=id,name,telecom", None)]


async def test_many_keys_are_asked_for_in_parts(service: Service, hospital: Hospital) -> None:
    keys = [f"p-{number:02}" for number in range(250)]
    found = await by_key(service, PRACTITIONER, keys, ask("id"), Errand())
    assert sorted(found) == ["p-01", "p-02", "p-03"]
    assert [len(path.split("&")[0].split(",")) for _, path, _ in hospital.asked] == [100, 100, 50]


async def test_somebody_is_found_by_the_number_that_he_has_with_us(service: Service, hospital: Hospital) -> None:
    found = await by_key(service, OURS, [1, 2, 3], ask("given", "active", "qualification"), Errand(), key="ours")
    assert {key: values(row) for key, row in found.items()} == {
        1: {"ours": 1, "given": "Анна", "active": True, "qualification": "27"},
        2: {"ours": 2, "given": "Иван", "active": True, "qualification": "27"},
    }
    assert hospital.asked[0][1].startswith(f"Practitioner?identifier={KABINET}|1,{KABINET}|2,{KABINET}|3&")


async def test_of_two_with_one_number_neither_is_taken_nor_anybody_who_was_not_asked_for(
    service: Service, hospital: Hospital
) -> None:
    hospital.resources.append({**RESOURCES[0], "id": "p-99"})
    with pytest.raises(SourceContradicts):
        await by_key(service, OURS, [1], ask("given"), Errand(), key="ours")
    hospital.resources.pop()
    hospital.narrows = False
    with pytest.raises(SourceContradicts):
        await by_key(service, PRACTITIONER, ["p-01"], ask("given"), Errand())


async def test_what_means_something_in_a_search_is_escaped(service: Service) -> None:
    found = await by_key(service, PRACTITIONER, ["Без, связи", "a&_id=p-01"], ask("id"), Errand(), key="family")
    assert {key: row.id for key, row in found.items()} == {"Без, связи": "p-03"}


async def test_the_lists_of_many_parents_come_with_one_batch(service: Service, hospital: Hospital) -> None:
    columns = ask("role", "specialty", "organization_id", "active")
    found = await children(
        service, PRACTITIONER_ROLE, ["p-01", "p-02", "p-03"], columns, Errand(), key="practitioner_id", order="id"
    )
    assert {key: [(row.id, row.role, row.organization_id) for row in rows] for key, rows in found.items()} == {
        "p-01": [("r-1", "head", "org-1"), ("r-2", "doctor", "org-2")],
        "p-02": [("r-3", "doctor", "org-2")],
        "p-03": [],
    }  # fmt: skip
    ((method, path, sent),) = hospital.asked
    assert (method, path, sent["type"]) == ("POST", "/r4", "batch")
    assert [one["request"]["url"].split("&")[0] for one in sent["entry"]] == [
        f"PractitionerRole?practitioner=Practitioner/p-0{number}" for number in (1, 2, 3)
    ]


async def test_every_kind_has_its_columns(service: Service) -> None:
    whole = Ask(AT)
    organization = (await by_key(service, ORGANIZATION, ["org-2"], whole, Errand()))["org-2"]
    assert values(organization) == {"id": "org-2", "active": True, "name": "Терапия", "parent_id": "org-1"}
    slot = (await by_key(service, SLOT, ["s-1"], whole, Errand()))["s-1"]
    assert values(slot) == {
        "id": "s-1", "schedule_id": "day", "status": "busy",
        "starts_at": datetime(2026, 11, 30, 6, tzinfo=UTC), "ends_at": datetime(2026, 11, 30, 6, 30, tzinfo=UTC),
    }  # fmt: skip
    document = (await by_key(service, DOCUMENT_REFERENCE, ["d-2"], whole, Errand()))["d-2"]
    assert values(document) == {
        "id": "d-2", "author_id": "p-01", "custodian_id": "org-1", "status": "current", "kind": "order",
        "title": "Выписка", "made_at": datetime(2026, 6, 1, 7, 0, 0, 250_000, tzinfo=UTC),
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("backward", [False, True])
async def test_pages_have_every_row_once_also_at_one_instant(service: Service, size: int, backward: bool) -> None:
    place: tuple[str, str] | None = None
    pages: list[list[str]] = []
    more = True
    while more and len(pages) < len(RESOURCES):
        window = Window(size, backward, *((None, place) if backward else (place, None)))
        found = await slices(
            service, SLOT, ["day"], ask("status"), window, Errand(), key="schedule_id", order="starts_at"
        )
        page = found["day"]
        assert page.position == ("starts_at", "id")
        assert len(page.rows) <= size
        edge = page.rows[0 if backward else -1]
        # As a cursor keeps it.
        place, more = (edge.starts_at.isoformat(), edge.id), page.more
        pages.append([row.id for row in page.rows])
    rows = [key for page in (reversed(pages) if backward else pages) for key in page]
    assert rows == ["s-9", "s-1", "s-2", "s-3", "s-0"]


async def test_a_page_goes_on_where_it_ended_whatever_was_added(service: Service, hospital: Hospital) -> None:
    async def page(after: Any) -> list[str]:
        found = await slices(
            service, SLOT, ["day"], ask("id"), Window(2, after=after), Errand(), key="schedule_id", order="starts_at"
        )
        return [row.id for row in found["day"].rows]

    assert await page(None) == ["s-9", "s-1"]
    early = copy.deepcopy(RESOURCES[8])
    early.update(id="s-00", start="2026-11-30T05:00:00+03:00")
    hospital.resources.append(early)
    assert await page((datetime(2026, 11, 30, 6, tzinfo=UTC), "s-1")) == ["s-2", "s-3"]


async def test_pages_and_counts_of_many_parents_take_one_request_each(service: Service, hospital: Hospital) -> None:
    keys = ["day", "night", "none"]
    window = Window(10, ends=False)
    found = await slices(service, SLOT, keys, ask("id"), window, Errand(), key="schedule_id", order="starts_at")
    assert {key: len(page.rows) for key, page in found.items()} == {"day": 5, "night": 1, "none": 0}
    assert await counts(service, SLOT, keys, ask(), Errand(), key="schedule_id") == {"day": 5, "night": 1, "none": 0}
    assert len(hospital.asked) == 2


async def test_rules_of_a_list_narrow_it(service: Service, hospital: Hospital) -> None:
    free = ask("id", narrow=((("status", ("free", "busy-tentative")),),))
    window = Window(2)
    found = await slices(service, SLOT, ["day"], free, window, Errand(), key="schedule_id", order="starts_at")
    assert [row.id for row in found["day"].rows] == ["s-9", "s-2"]
    assert await counts(service, SLOT, ["day"], free, Errand(), key="schedule_id") == {"day": 4}
    either = ask("id", narrow=((("status", ("busy",)), ("id", ("s-0",))),))
    listed = await children(service, SLOT, ["day"], either, Errand(), key="schedule_id", order="starts_at")
    assert [row.id for row in listed["day"]] == ["s-1", "s-0"]
    assert await by_key(service, SLOT, ["s-1", "s-2"], free, Errand()) != {}
    assert "s-1" not in await by_key(service, SLOT, ["s-1", "s-2"], free, Errand())
    with pytest.raises(SourceContradicts):
        await slices(service, SLOT, ["day"], either, window, Errand(), key="schedule_id", order="starts_at")
    hospital.narrows = False
    with pytest.raises(SourceContradicts):
        await slices(service, SLOT, ["day"], free, window, Errand(), key="schedule_id", order="starts_at")


async def refused(service: Service, kind: Kind = SLOT, *keys: str) -> None:
    with pytest.raises(SourceContradicts) as caught:
        await children(service, kind, keys or ("day",), ask("id"), Errand(), key="schedule_id", order="starts_at")
    assert str(caught.value) == "SOURCE_CONTRADICTS: hospital"
    assert "Соколова" not in str(caught.value.__cause__)


async def test_a_server_that_does_otherwise_than_it_was_asked_contradicts(service: Service, hospital: Hospital) -> None:
    hospital.most = 2
    await refused(service)
    hospital.most, hospital.sorts = 1_000, False
    await refused(service)
    hospital.sorts, hospital.narrows = True, False
    await refused(service)
    hospital.narrows = True
    unknown = replace(
        SLOT, columns={**SLOT.columns, "schedule_id": replace(SLOT.columns["schedule_id"], parameter="no")}
    )
    await refused(service, unknown)
    await refused(service, unknown, "day", "night")


BAD: list[dict[str, Any]] = [
    {"start": 5}, {"start": "soon"}, {"start": "2026-11-30T06:00:00"}, {"start": None}, {"id": None}, {"id": "a b"},
    {"id": 7}, {"schedule": "Schedule/day"}, {"schedule": {"reference": 5}}, {"schedule": None},
    {"schedule": {"reference": "Location/day"}},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD)
async def test_a_resource_that_is_not_as_its_kind_says_contradicts(
    service: Service, hospital: Hospital, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {**RESOURCES[8], **change}

    async def answers(*_: Any, **__: Any) -> Any:
        entry = [{"resource": bad}]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entry}

    monkeypatch.setattr(service, "get", answers)
    await refused(service)


WRONG: list[dict[str, Any]] = [
    {"telecom": {}}, {"telecom": [5]}, {"telecom": [{"system": "phone", "use": "work", "value": 5}]}, {"name": "Анна"},
    {"name": [{"family": 5}]}, {"active": "true"}, {"active": 1}, {"qualification": [{"code": []}, 5], "name": 5},
    {"identifier": [{"system": KABINET, "value": "one"}]}, {"identifier": [{"system": KABINET, "value": 1}]},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG)
async def test_a_practitioner_who_is_not_as_fhir_says_contradicts(
    service: Service, hospital: Hospital, change: dict[str, Any]
) -> None:
    hospital.resources[:] = [{**RESOURCES[0], **change}]
    hospital.narrows = False
    with pytest.raises(SourceContradicts):
        await by_key(service, OURS, [1], Ask(AT), Errand(), key="ours")


@pytest.mark.parametrize(
    "answer",
    [
        None, [], "Bundle", {}, {"resourceType": "OperationOutcome"}, {"resourceType": "Bundle", "type": "history"},
        {"resourceType": "Bundle", "type": "searchset", "entry": {}},
        {"resourceType": "Bundle", "type": "searchset", "entry": [5]},
        {"resourceType": "Bundle", "type": "searchset", "entry": [{}]},
        {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {"resourceType": "Patient"}}]},
        {"resourceType": "Bundle", "type": "searchset", "link": 5},
    ],
)  # fmt: skip
async def test_an_answer_that_is_no_bundle_contradicts(
    service: Service, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answers(*_: Any, **__: Any) -> Any:
        return answer

    monkeypatch.setattr(service, "get", answers)
    await refused(service)


async def test_what_the_hospital_has_and_answers_is_fhir(service: Service, hospital: Hospital) -> None:
    def of(kind: str) -> Any:
        return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)

    for one in RESOURCES:
        assert of(one["resourceType"]).model_validate(one).id == one["id"]
    bundle = of("Bundle")
    search = {"request": {"method": "GET", "url": "Slot?schedule=Schedule/day&_count=2"}}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{hospital.url}/Slot?_count=2") as answer:
            bundle.model_validate(await answer.json(content_type=None))
        sent = {"resourceType": "Bundle", "type": "batch", "entry": [search]}
        bundle.model_validate(sent)
        async with session.post(hospital.url, json=sent) as answer:
            bundle.model_validate(await answer.json(content_type=None))
