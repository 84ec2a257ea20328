"""Every list of the graph under every filter and order: the same rows whatever comes with them, and so many."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from graphql import get_named_type

from auth.viewer import Viewer
from engine.batch import Shape
from engine.graph import BoundField
from engine.plan.routing import PAGING
from schema.built import graph
from sources.stores import Stores
from tests.authorization.filtering import Filters, instant, quoted
from tests.authorization.syntax import asked
from tests.authorization.world import World
from tests.engine.pairing import Pair, pair

VALUES = 3
ALL, READER = "census", "therapist"
# Of these each viewer has his own.
OF_READER = ("Viewer.", "Query.bookings")
# Those that somebody else has.
READERS = {"Viewer.notesToCosign": "supervisor", "Query.orders": "surgeon"}
# Arguments that a list is not asked without.
NEEDED = {
    "Query.bookings": ("of: MINE", "of: DESK", "of: PATIENT"),
    "Query.orders": ("of: MINE", "of: TO_CARRY_OUT"),
}
# How objects are come by that have lists.
PARENTS: Mapping[str, str] = {
    "Query": "{ %s }",
    "Viewer": "{ viewer { %s } }",
    "Practitioner": "{ practitioners(first: 15) { nodes { id %s } } }",
    "Organization": "{ organizations { nodes { id %s } } }",
}
# It asks for a number: `tests/acts/` has it.
ELSEWHERE = {"Query.organizationPreview"}
STATUSES = ("ACTIVE", "EXPIRED", "SUSPENDED", "SUPERSEDED", "REVOKED", "UNDER_REVIEW")


def lists() -> Iterator[BoundField]:
    """Edges to many rows that take arguments."""
    for bound in graph().types.values():
        for field in bound.fields.values():
            edge = field.declaration.edge
            listed = edge is not None and edge.batch.store is not None and edge.batch.shape in {Shape.PAGE, Shape.MANY}
            # Lists of patients ask for a basis; `tests/sources/clinical/test_listing.py` has them. What was read grows
            # with what is asked: `tests/gateway/evidence/test_reads_shown.py`.
            apart = field.name in {"patients", "accesses"} or field.coordinate in ELSEWHERE
            if listed and field.core.args and bound.name in PARENTS and not apart:
                yield field


LISTS = {field.coordinate: field for field in lists()}


def narrowings(field: BoundField, world: World, random: Random) -> Iterator[str]:
    """Each argument of a list with values of its own, beside none at all."""
    filters = Filters(world, random)
    yield ""
    for name, argument in field.core.args.items():
        kind: Any = get_named_type(argument.type)
        if name == "filter":
            for one in kind.fields:
                yield from (f"filter: {{{filters.value(kind.name, one)}}}" for _ in range(VALUES))
        elif name == "orderBy":
            yield from (f"orderBy: {one}" for one in filters.orders(kind.name))
        elif name not in PAGING:
            yield from others(f"{field.coordinate}.{name}", world)


def others(coordinate: str, world: World) -> list[str]:
    """Values of an argument that is neither filter nor order, with those that it needs."""
    now, later = (quoted(instant(world.at + timedelta(days=number))) for number in (0, 7))
    days = str(world.at.date()), "2015-06-01"
    return {
        "Organization.departments.includeClosed": ["includeClosed: true", "includeClosed: false"],
        "Query.organizations.includeClosed": ["includeClosed: true", "includeClosed: false"],
        "Viewer.operations.everywhere": ["everywhere: true", "everywhere: false"],
        "Viewer.messages.unreadOnly": ["unreadOnly: true", "unreadOnly: false"],
        "Practitioner.employments.activeOn": [f"activeOn: {quoted(day)}" for day in days],
        "Practitioner.accreditations.status": [f"status: {status}" for status in STATUSES],
        "Query.bookings.of": [],
        "Query.orders.of": [],
        "Practitioner.shifts.from": [f"from: {now}, to: {later}"],
        "Practitioner.shifts.to": [],
    }[coordinate]


def selections(field: BoundField) -> list[str]:
    """What is selected of the rows: nothing that comes with another row, each of those alone, and all of them."""
    edge: Any = field.declaration.edge
    target = graph().by_record[edge.batch.record]
    folds = [
        f"{name} {{ __typename }}"
        for name, one in target.fields.items()
        if one.declaration.edge is not None and one.declaration.edge.fold is not None
    ]
    return ["", *folds, *([" ".join(folds)] if len(folds) > 1 else [])]


def question(field: BoundField, narrowing: str, selection: str) -> str:
    """The document of a list."""
    edge: Any = field.declaration.edge
    owner, name = field.coordinate.split(".")
    given = ", ".join(filter(None, (narrowing, "first: 50" if edge.paged else "")))
    identity = "id" if "id" in graph().by_record[edge.batch.record].fields else "__typename"
    rows = f"{identity} {selection}"
    content = f"totalCount nodes {{ {rows} }} pageInfo {{ hasNextPage }}" if edge.paged else rows
    return PARENTS[owner] % f"found: {name}{f'({given})' if given else ''} {{ {content} }}"


def found(data: Any) -> list[list[Any]]:
    """The lists of an answer: of each their ids, and the count where there is one, of lists that end there."""
    if isinstance(data, list):
        return [one for item in data for one in found(item)]
    if not isinstance(data, dict):
        return []
    if "found" not in data:
        return [one for item in data.values() for one in found(item)]
    value = data["found"]
    if isinstance(value, dict):
        ids = [node.get("id") for node in value["nodes"]]
        assert value["pageInfo"]["hasNextPage"] or value["totalCount"] == len(ids)
        return [[value["totalCount"], *ids]]
    return [[row.get("id") for row in value]]


@pytest.fixture(scope="module")
def both(remembered: Stores, viewers: dict[str, Viewer]) -> Pair:
    """Both executors."""
    return pair(remembered, viewers)


@pytest.mark.parametrize("coordinate", LISTS)
async def test_rows_and_their_number_are_the_same_whatever_is_selected(
    coordinate: str, both: Pair, village: World
) -> None:
    field, rows = LISTS[coordinate], 0
    viewer = READERS.get(coordinate, READER if coordinate.startswith(OF_READER) else ALL)
    narrowed = [
        ", ".join(filter(None, parts))
        for parts in product(NEEDED.get(coordinate, [""]), narrowings(field, village, Random(coordinate)))
    ]
    for narrowing in narrowed:
        told = []
        for selection in selections(field):
            one = asked(question(field, narrowing, selection))
            assert await both.differences(one, viewer) == []
            reference, compiled, _, _ = await both.answers(one, viewer)
            assert compiled.errors == reference.errors == []
            told.append(found(compiled.data))
        assert all(one == told[0] for one in told)
        rows += sum(map(len, told[0]))
    assert rows > 1


def test_every_list_is_among_them() -> None:
    named = {
        "Query.practitioners", "Query.organizations", "Query.applications", "Query.documents", "Query.auditEvents",
        "Organization.staff", "Practitioner.applications", "Practitioner.documents", "Practitioner.shifts",
        "Practitioner.employments", "Practitioner.accreditations", "Practitioner.encounters",
        "Practitioner.prescriptions", "Viewer.messages",
        "Viewer.operations", "Organization.departments", "Query.accreditations", "Query.inquiries",
        "Query.emergencyOpenings", "Query.slots", "Practitioner.slots", "Query.bookings", "Practitioner.bookings",
        "Viewer.bookings", "Viewer.notesToCosign", "Query.accessGrants", "Viewer.grantsGiven", "Viewer.grantsReceived",
        "Query.appointments", "Query.organizationLinks", "Query.registryRequests", "Query.accountLocks",
        "Query.supportTickets", "Query.exchangePackages", "Query.informationRequests",
        "Query.orders", "Query.referrals", "Query.procedureReports", "Query.teleconsultations",
    }  # fmt: skip
    assert LISTS.keys() == named
