"""The compiled executor answers as the reference does: generated questions, every viewer, sound and failing stores."""

from dataclasses import replace
from itertools import count, islice
from typing import Any

import pytest
from graphql import EnumValueNode, GraphQLEnumType, GraphQLInputObjectType, TypeInfo, get_named_type
from graphql.language import Visitor, visit
from graphql.utilities import TypeInfoVisitor

from auth.viewer import Viewer
from schema.built import graph
from sources.stores import Stores
from tests.authorization.asking import questions, walks
from tests.authorization.rewriting import asked, rewritten
from tests.authorization.world import World
from tests.conftest import Gateway
from tests.engine import faults
from tests.engine.faults import Fault
from tests.engine.pairing import pair
from tests.engine.remembering import remembering
from tests.engine.request.nulling import nulled

# More than these are asked by several tests, which can run side by side.
PAIRS = 1_000
# Every so many questions have nulls where none may stand.
NULLED = 4
NULL_IN_A_DIRECTIVE = "a null stands in a directive"
# Walks after which every filter and every order has been drawn, at the latest.
ENOUGH = 8_000
FAULTY_DOCUMENTS = 18
START = 20_260_101
OWN_CARD = """{ viewer {
  roles { name because validUntil } permissions { name rules } readiness { item done } assurance { level authTime }
  practitioner {
    id fullName snils snilsMasked birthOn birthYear phone organization { id name departments { name } }
    accreditations { kind status decision { summary } application { number history { kind } } holder { __typename } }
    employments { rate organization { name } department { name organization { id } } accreditation { kind } }
    documents(first: 2) { totalCount nodes { title owner { fullName } checks { code } signatures { signer { phone } } }
    }
    encounters(first: 2) { totalCount nodes { at patient { fullName } } }
    shifts(first: 2) { pageInfo { hasNextPage hasPreviousPage startCursor } edges { cursor node { room } } }
  } patients { totalCount nodes { id fullName insuranceNumber notes(first: 1) { nodes { text } } } } }
  mine: patients(of: MINE, first: 3) { totalCount pageInfo { hasNextPage } edges { cursor node { id birthOn phone } } }
  unit: patients(of: UNIT, last: 2) { totalCount nodes { id history(first: 4) { nodes { kind entry { __typename } } }
  } } trainees: patients(of: TRAINEES) { totalCount nodes { id observations(first: 1) { nodes { value } } } } }"""
OWN_LISTS = """{
  mine: bookings(of: MINE, first: 2) { totalCount pageInfo { hasNextPage } edges { cursor node {
    startsAt patient { id fullName } slot { free shift { room } booking { id } } encounters(first: 1) { totalCount }
  } } }
  desk: bookings(of: DESK, last: 2) { totalCount nodes { version booker { fullName } patient { id phone } } }
  own: bookings(of: PATIENT) { nodes { id cancelledAt patient { id birthYear } practitioner { snilsMasked } } }
  slots(first: 3) { totalCount edges { cursor node { id free booking { id patient { id } } department { name } } } }
  inquiries(first: 3) { totalCount pageInfo { hasNextPage } nodes {
    id office officer patientId patient { id insuranceNumber } basis { kind number } state organization { name }
  } }
  emergencyOpenings(first: 2) { totalCount nodes {
    id reason verdict reviewDueAt patient { id fullName } practitioner { snils } reviewedBy { fullName }
  } }
  accreditations(first: 3) { totalCount nodes { id status holder { __typename } application { number } } }
  auditEvents(first: 3, filter: { action: [CLAIM_APPLICATION, SUSPEND_ACCREDITATION] }) {
    totalCount edges { cursor node { action verdict by { id } person { id snils } reads { __typename } } } }
  reads: auditEvents(first: 2, filter: { action: [READ] }) {
    nodes { by { fullName } person { phone } reads { __typename } about kinds } }
  viewer { accesses(first: 3) { totalCount edges { cursor node {
    id by { fullName } fields emergency person { snils } patient { id fullName } } } } } }"""
OWN_RECORDS = """{ viewer { bookings(first: 2) { totalCount nodes { id slot { id } patient { id birthOn } } }
  patients { nodes { id
    notes(first: 2) { totalCount nodes { id state text confidentiality author { fullName } accreditation { status }
      workplace { rate } encounter { id } episode { kind basis } versions { __typename } corrects { text } } }
    episodes(first: 1) { totalCount nodes { id notes(first: 1) { nodes { id text } } } }
    inquiries(first: 1) { totalCount nodes { id officer state patient { id } } }
    emergencyOpenings(first: 1) { totalCount nodes { reason confirmedBy { id } practitioner { fullName } } }
    bookings(first: 1) { totalCount nodes { id startsAt slot { free } } }
    consents(first: 1) { totalCount nodes { id kind organizations { id } } } } } } }"""
OWN = [asked(text) for text in (OWN_CARD, OWN_LISTS, OWN_RECORDS)]
PLACES = asked("""{ practitioners(first: 20) { nodes { id category { level } organization { id name }
  other: organization { id } employments { organization { name } department { name } } } } }""")

ALWAYS_TOLD = frozenset({"UNAUTHORIZED_FIELD_OR_TYPE"})
FAULTS: dict[str, Fault] = {
    **{f"{name} is down": faults.down(name) for name in ("registry", "accreditation", "documents", "schedule")},
    **{
        f"{name} is late": faults.late(name)
        for name in ("OrganizationRecord", "EmploymentRecord", "PractitionerRecord", "DecisionRecord", "ShiftRecord")
    },
    **{
        f"{name} crashes": faults.crashing(name)
        for name in ("DepartmentRecord", "LicenceRecord", "AccreditationRecord", "DocumentCheckRecord")
    },
    "rows are missing": faults.short(1),
    "rows are in no order": faults.shuffled(2),
    "rows come twice": faults.doubled(3),
    **{f"nulls stand where none may, {salt}": faults.holed(salt) for salt in range(4)},
}


class Inputs(Visitor):
    """Notes the fields of input objects, and the values of enums, that a document names."""

    def __init__(self, types: TypeInfo, found: set[str]) -> None:
        super().__init__()
        self._types = types
        self._found = found

    def enter_object_field(self, node: Any, *_: Any) -> None:
        """A field of an input object."""
        self._found.add(f"{get_named_type(self._types.get_parent_input_type())}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        """A value of an enum."""
        self._found.add(f"{get_named_type(self._types.get_input_type())}.{node.value}")


def declared() -> set[str]:
    """Every field of every filter and order of the graph, and every value that an order can have."""
    found = set()
    for field in (field for bound in graph().types.values() for field in bound.fields.values()):
        for name in ("filter", "orderBy"):
            if name in field.core.args and field.declaration.edge is not None:
                found |= _members(get_named_type(field.core.args[name].type), order=name == "orderBy")
    return found


def _members(kind: Any, *, order: bool) -> set[str]:
    if isinstance(kind, GraphQLInputObjectType):
        inner = [_members(get_named_type(one.type), order=order) for one in kind.fields.values()] if order else []
        return {f"{kind.name}.{name}" for name in kind.fields}.union(*inner)
    return {f"{kind.name}.{name}" for name in kind.values} if order and isinstance(kind, GraphQLEnumType) else set()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many tests as it takes for the pairs that are wanted, each with questions of its own."""
    if "seed" in metafunc.fixturenames:
        wanted, first = (metafunc.config.getoption(name) for name in ("--pairs", "--pairs-seed"))
        seeds = [first + PAIRS * number for number in range(-(-wanted // PAIRS))]
        metafunc.parametrize("seed", seeds, ids=[f"from {seed}" for seed in seeds])


async def test_answers_are_equal_for_every_viewer(
    seed: int, gateway: Gateway, village: World, viewers: dict[str, Viewer]
) -> None:
    both = pair(remembering(gateway.application.stores), viewers)
    numbers = count(seed)
    for source in (*OWN, *questions(graph().core, village, seed, PAIRS // len(viewers))):
        number = next(numbers)
        question = source if number % NULLED else nulled(graph().core, source, number)
        question = rewritten(graph().core, question, number, times=4) if number % 3 else question
        for place, name in enumerate(viewers):
            assert await both.differences(question, name, each=(number + place) % 4 == 0) == []
    assert both.compiled.declined.keys() <= {NULL_IN_A_DIRECTIVE}


async def test_what_takes_all_of_the_answer_is_told_alone(gateway: Gateway, viewers: dict[str, Viewer]) -> None:
    both = pair(gateway.application.stores, viewers)
    text = 'query($a: ID = "prac_1") { documents(first: 1) { totalCount } node(id: $a) { id } nodes(ids: [$a]) { id } }'
    question = replace(asked(text), variables={"a": None})
    for name in viewers:
        assert await both.differences(question, name) == []
        for answer in (await both.answers(question, name))[:2]:
            assert (answer.data, [error["path"] for error in answer.errors]) == (None, [["nodes"]])


def test_every_filter_and_every_order_is_drawn(village: World) -> None:
    missing, types = declared(), TypeInfo(graph().core)
    for source in islice(walks(graph().core, village, START), ENOUGH):
        drawn: set[str] = set()
        visit(source.document, TypeInfoVisitor(types, Inputs(types, drawn)))
        missing -= drawn
        if not missing:
            break
    assert missing == set()


@pytest.mark.usefixtures("told_apart")
@pytest.mark.parametrize("fault", FAULTS)
async def test_failing_stores_lose_the_same_places(
    fault: str, remembered: Stores, village: World, viewers: dict[str, Viewer]
) -> None:
    chosen = {name: viewers[name] for name in ("census", "therapist", "registrar", "regulator", "anonymous")}
    both = pair(faults.wrong(remembered, FAULTS[fault]), chosen, thrifty=False)
    seed = START + len(fault)
    for source in (*OWN, *questions(graph().core, village, seed, FAULTY_DOCUMENTS)):
        question = rewritten(graph().core, source, seed)
        for name in chosen:
            assert await both.losses(question, name) == []
    assert (both.told > ALWAYS_TOLD) == (not fault.startswith("rows"))


@pytest.mark.usefixtures("told_apart")
async def test_a_null_in_what_comes_with_another_row_loses_the_same_places(
    remembered: Stores, viewers: dict[str, Viewer]
) -> None:
    both = pair(faults.wrong(remembered, faults.nameless()), viewers)
    for name in viewers:
        assert await both.losses(PLACES, name) == []
    assert both.told > ALWAYS_TOLD
