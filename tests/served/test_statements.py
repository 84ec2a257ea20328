"""What an answer costs its stores: statements, counted, for each edge of the graph and for the operations measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import get_named_type

from engine.batch import Shape
from engine.graph import BoundField, BoundType
from gateway.settings import Settings
from gateway.world import numbers, orders, prescriptions, procedures, referrals
from schema.built import graph
from tests.authorization import lending
from tests.conftest import Answered, Ask

OPERATIONS = Path(__file__).parents[1] / "clients" / "operations"
MEASURED = Path(__file__).parents[2] / "bench" / "operations"
FRAGMENT = (OPERATIONS / "card.graphql").read_text("utf-8").partition("fragment")[2]
MANY = 40
FEW_ROWS, MORE_ROWS = 3, 30


@dataclass(frozen=True)
class Way:
    """An edge, and how its parents are reached: from objects that global ids name, over one more edge or none."""

    field: BoundField
    start: BoundType
    over: str | None

    def document(self, *, followed: bool) -> str:
        """Ask for parents, with the edge or without it."""
        inner = selection(self.field) if followed else "__typename"
        path = f"{self.over} {{ {inner} }}" if self.over else inner
        path += " }" * (path.count("{") - path.count("}"))
        return f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {self.start.name} {{ id {path} }} }} }}"

    def ids(self, keys: list[int]) -> list[str]:
        """Global ids of parents."""
        return [f"{self.start.declaration.prefix}_{key}" for key in keys]


def selection(field: BoundField) -> str:
    """The edge with the least that can be asked of its target."""
    edge = field.declaration.edge
    assert edge is not None
    size = "(first: 2)" if edge.paged else ""
    inner = "nodes { __typename }" if edge.paged else "__typename"
    return f"edge: {field.name}{size} {{ {inner} }}"


# What is there once, or only of the viewer: it cannot be asked for from many parents.
ONE_EACH = {"Query", "Viewer", "HeldAccreditation", "FiledItem", "Subscription"}
ONE_EACH |= {
    "Role",
    "Workplace",
    "OpenedOperation",
    "ApplicationForm",
    "Suggestion",
    "DataAccess",
    "OrganizationPreview",
    "ProcedureReportLine",
    "ReferralReceived",
    "Report",
}
# Of these the village has none.
UNSEEN = {f"AccreditationApplication.{name}" for name in ("supervisor", "previous", "renews")}
# Contents of its documents lie elsewhere, and forms are made with the acts of the cabinet alone.
UNSEEN |= {"Document.organization", "Document.integrity", "AccreditationApplication.form"}
# The partners of the demo are no organisations of the register; signatures of the village name nobody.
UNSEEN |= {"ExchangePartner.organization", "Signature.organization", "Signature.faults", "Signature.holder"}
UNSEEN |= {"ClinicalNote.signature", "NoteSignature.faults", "Referral.signature"}
# All kinds of records are numbered together: of these the first hundred numbers have none.
UNSEEN |= {"Encounter.imaging", "ClinicalNote.corrects", "ClinicalNote.cosigner", "ClinicalNote.versions"}
UNSEEN |= {f"PatientConsent.{name}" for name in ("patient", "organization", "organizations")}
UNSEEN |= {"EmergencyOpening.confirmedBy", "EnteredInError.by"}
UNSEEN |= {
    f"{name}.enteredInError" for name in ("Encounter", "Condition", "Observation", "LaboratoryResult", "ClinicalNote")
}
# The first entries of its journal are of acts on other things than persons; what is read of them is tried below.
UNSEEN |= {"AuditEvent.person"}
UNSEEN |= {f"ImagingStudy.{name}" for name in ("patient", "encounter", "organization", "practitioner")}
# Those of its orders, referrals and prescriptions that it has lead to none of these.
UNSEEN |= {"Document.referral", "Encounter.procedures", "Observation.order", "LaboratoryResult.order"}
UNSEEN |= {"ImagingStudy.order", "OrderProtocol.imaging", "OrderProtocol.acknowledger", "Prescription.leader"}
UNSEEN |= {"Prescription.signatures", "Administration.accreditation"}
UNSEEN |= {f"Order.{name}" for name in ("department", "results", "observations", "enteredInError")}
UNSEEN |= {f"Procedure.{name}" for name in ("encounter", "order", "enteredInError")}
UNSEEN |= {f"Referral.{name}" for name in ("encounter", "receiverDepartment", "document", "answerNote")}
# Whoever may see everything has no workplace and no templates; attestations of the village rest on no documents.
UNSEEN |= {"TelemedicineAccess.platform", "ReportTemplate.department", "ReportTemplate.organization"}
UNSEEN |= {"Attestation.document", "ExchangedDocument.clinicalDocument", "Order.referrals"}
# Documents about patients of the village are of encounters, and have one version.
UNSEEN |= {"EpisodeOfCare.documents", "ClinicalNote.documents"}
UNSEEN |= {f"ClinicalDocument.{name}" for name in ("episode", "note", "versions", "integrity")}
# Whose documents about patients somebody may see, the clinical store says before they are looked for.
ACROSS = {"Patient.documents": 3, "Encounter.documents": 2}


# What the village is lent has numbers of its own.
FIRST = dict.fromkeys(("ExchangePackage", "InformationRequest"), lending.KEYS[0])
# So have kinds of records that came to the village later than its first charts.
FIRST |= {"Order": orders.FIRST_ORDER, "Procedure": procedures.FIRST, "Prescription": prescriptions.FIRST}
FIRST |= {"Referral": referrals.FIRST}


def ways() -> dict[str, Way]:
    """Every edge of every type but the roots, and what acts answer with or streams tell."""
    found: dict[str, Way] = {}
    types = graph().types
    for bound in types.values():
        # What acts answer with, or streams tell, leads to one object each, and cannot be asked for; the viewer is one.
        if bound.name in ONE_EACH or bound.name.endswith(("Payload", "Change")):
            continue
        for field in bound.fields.values():
            if field.declaration.edge is not None and field.coordinate not in UNSEEN:
                found[field.coordinate] = Way(field, *reached(bound))
    return found


def reached(bound: BoundType) -> tuple[BoundType, str | None]:
    """The type to start from and the edge that leads to the parents."""
    if bound.declaration.prefix:
        return bound, None
    for start in graph().types.values():
        for field in start.fields.values():
            target = field.declaration.edge and get_named_type(field.core.type).name
            if target == bound.name and start.declaration.prefix:
                return start, field.name
            if target == f"{bound.name}Connection" and start.declaration.prefix:
                return start, f"{field.name}(first: 3) {{ nodes"
    raise AssertionError(f"no way to {bound.name}")


WAYS = ways()


def total(answer: Answered) -> int:
    return sum(answer.statements.values())


def leads_somewhere(node: Any) -> bool:
    """Whether the edge found anything from this object."""
    if isinstance(node, list):
        return any(map(leads_somewhere, node))
    if not isinstance(node, dict):
        return False
    if "edge" not in node:
        return any(map(leads_somewhere, node.values()))
    found = node["edge"]
    return bool(found["nodes"] if found and "nodes" in found else found)


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize("coordinate", WAYS)
async def test_an_edge_costs_the_same_from_one_parent_and_from_many(ask: Ask, coordinate: str) -> None:
    way = WAYS[coordinate]
    edge = way.field.declaration.edge
    assert edge is not None
    first = FIRST.get(way.start.name, 1)
    keys = list(range(first, first + 100))
    wide = await ask("census", way.document(followed=True), {"ids": way.ids(keys)})
    assert wide.errors == []
    telling = [key for key, node in zip(keys, wide.data["nodes"], strict=True) if leads_somewhere(node)]
    assert telling, "the village has no such thing"
    costs = []
    for parents in (telling[:1], telling[:FEW_ROWS], keys):
        with_edge = await ask("census", way.document(followed=True), {"ids": way.ids(parents)})
        without = await ask("census", way.document(followed=False), {"ids": way.ids(parents)})
        costs.append(total(with_edge) - total(without))
    if len(edge.batches) > 1:
        assert max(costs) <= len(edge.batches)
        return
    # A row of the same store may come with its parent's own statement.
    possible = {0, 1} if edge.fold else {1 if edge.batch.store else 0}
    assert len(set(costs)) == 1
    assert costs[0] in ({ACROSS[coordinate]} if coordinate in ACROSS else possible)


def roots() -> list[str]:
    return [name for field in graph().types["Query"].fields.values() if (name := field.name) not in OF_THE_VIEWER]


ARGUMENTS = {
    "node": '(id: "prac_1")',
    "nodes": '(ids: ["prac_1", "prac_2", "prac_3"])',
    "practitioner": '(by: {id: "prac_1"})',
    "organization": '(by: {id: "org_1"})',
    "application": '(by: {id: "app_1"})',
    "document": '(by: {id: "doc_1"})',
    "patient": '(by: {id: "pat_1"})',
    "procedureReport": '(period: {startsOn: "2026-03-01", lastOn: "2026-03-31"}, organizationId: "org_1", by: UNIT)',
    "reporting": '(period: {startsOn: "2026-03-02", lastOn: "2026-03-08"}, of: ORGANIZATION, id: "org_1")',
    "accountMatch": '(account: "1000000001")',
    "verifyReference": f'(code: "{lending.TYPED}")',
    "organizationPreview": f'(by: {{inn: "{numbers.organization_inn(1)}"}})',
}
# Lists of the viewer's own, of which whoever sees everything has none.
OF_THE_VIEWER = {"patients", "bookings", "orders"}
WITHOUT_A_STORE = {
    "viewer", "specialties", "positions", "regions", "medicines", "services", "applicationRules", "patientConsentTexts",
}  # fmt: skip
WITHOUT_A_STORE |= {"documentKinds", "exchangePartners", "requiredAttestations", "serviceStatus"}
# The demo that is asked here has no portal to sign in through, and no support.
NOTHING_THERE = {"signInMethods", "supportContacts"}
WITHOUT_A_STORE |= NOTHING_THERE
# What is told of an organisation has its licences too, whichever is shown; who asks for a code is counted.
WITH_MORE = {"organizationPreview": 2, "verifyReference": 2}


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize("name", roots())
async def test_a_way_into_the_graph_costs_one_statement(ask: Ask, name: str) -> None:
    field = graph().types["Query"].fields[name]
    edge = field.declaration.edge
    assert edge is not None
    inner = "nodes { __typename }" if edge.batch.shape is Shape.PAGE else "__typename"
    answer = await ask("census", f"{{ {name}{ARGUMENTS.get(name, '')} {{ {inner} }} }}")
    assert answer.errors == []
    assert bool(answer.data[name]) == (name not in NOTHING_THERE)
    assert total(answer) == (0 if name in WITHOUT_A_STORE else WITH_MORE.get(name, 1))


async def test_what_is_told_of_several_organisations_costs_no_more_than_of_one(ask: Ask) -> None:
    one, two = map(numbers.organization_inn, (1, 2))
    answer = await ask(
        "anonymous",
        f'{{ a: organizationPreview(by: {{inn: "{one}"}}) {{ name }} '
        f'b: organizationPreview(by: {{inn: "{two}"}}) {{ name }} }}',
    )
    assert [["№ 201" in found["name"] for found in answer.data[name]] for name in "ab"] == [[True], [False]]
    assert answer.statements == {"registry": 2}


@pytest.mark.parametrize("name", ["roles", "permissions"])
async def test_what_the_viewer_is_costs_nothing_more_once_his_facts_are_known(ask: Ask, name: str) -> None:
    answer = await ask("therapist", f"{{ viewer {{ {name} {{ __typename }} }} }}")
    assert answer.data["viewer"][name]
    assert answer.statements == {}


async def test_whether_he_can_be_reached_costs_one_look_at_the_register(ask: Ask) -> None:
    answer = await ask("therapist", "{ viewer { readiness { item done } } }")
    assert all(one["done"] for one in answer.data["viewer"]["readiness"])
    assert answer.statements == {"registry": 1}


async def test_what_somebody_can_do_to_be_accredited_costs_one_look_at_his_applications(ask: Ask) -> None:
    answer = await ask("lapsed", "{ viewer { readiness { item next } } }")
    assert {one["item"]: one["next"] for one in answer.data["viewer"]["readiness"]}["ACCREDITATION"]
    assert answer.statements == {"registry": 1, "accreditation": 1}


def operation(name: str) -> str:
    text = (OPERATIONS / f"{name}.graphql").read_text("utf-8")
    return text if "fragment CardFields" in text else f"{text}fragment{FRAGMENT}"


# By executor: the compiled one has category and organisation come with the practitioner's own statement.
EXACTLY = {
    "compiled": {
        "card": {"registry": 1, "accreditation": 1},
        "cabinet": {"registry": 2, "accreditation": 2, "documents": 1, "schedule": 1},
        "list": {"registry": 1, "accreditation": 1, "documents": 1, "schedule": 1},
    },
    "reference": {
        "card": {"registry": 3, "accreditation": 1},
        "cabinet": {"registry": 5, "accreditation": 2, "documents": 1, "schedule": 1},
        "list": {"registry": 3, "accreditation": 1, "documents": 1, "schedule": 1},
    },
}
AT_MOST = {"card": 9, "cabinet": 9, "list": 8}


@pytest.mark.parametrize("name", AT_MOST)
async def test_the_operations_that_are_measured_take_this_many_statements(
    ask: Ask, settings: Settings, name: str
) -> None:
    variables = {} if name == "list" else {"id": "prac_1"}
    answer = await ask("census", operation(name), variables)
    assert answer.errors == []
    assert answer.statements == EXACTLY[settings.executor][name]
    assert total(answer) <= AT_MOST[name]


# Of a patient's own records each kind is a statement; their authors are one, of whichever kind, and their places.
CHARTS = {
    "chart": ("therapist", {"id": "pat_1"}, {"clinical": 5, "registry": 2}, 9),
    "ward": ("supervisor", {}, {"clinical": 2, "registry": 1}, 6),
}


@pytest.mark.parametrize("name", CHARTS)
async def test_charts_that_are_measured_take_this_many_statements(ask: Ask, name: str) -> None:
    viewer, variables, exactly, most = CHARTS[name]
    answer = await ask(viewer, (MEASURED / f"{name}.graphql").read_text("utf-8"), variables)
    assert answer.errors == []
    if name == "chart":
        assert all(answer.data["patient"][kind]["nodes"] for kind in ("encounters", "conditions", "results", "notes"))
    else:
        assert any(one["observations"]["nodes"] for one in answer.data["patients"]["nodes"])
    assert answer.statements == exactly
    assert total(answer) <= most


ENTRIES = """query($size: Int!) { auditEvents(first: $size, filter: {action: [READ]}) {
  nodes { by { id } person { id } } } }"""
ACCESSES = (
    "query($size: Int!) { viewer { accesses(first: $size) { nodes { by { id } person { id } patient { id } } } } }"
)
# Of an access to a worker's data no patient is looked for; whose accesses they are says one statement more.
SHOWN = {
    "auditor": (ENTRIES, {"journal": 1, "registry": 2}),
    "therapist": (ACCESSES, {"journal": 1, "registry": 2}),
    "patient": (ACCESSES, {"journal": 1, "registry": 1, "clinical": 2}),
}


@pytest.mark.parametrize("name", SHOWN)
async def test_who_read_of_whom_costs_the_same_for_one_entry_and_for_many(ask: Ask, name: str) -> None:
    text, exactly = SHOWN[name]
    own = (await ask("patient", "{ viewer { patients(first: 1) { nodes { id } } } }")).data["viewer"]["patients"]
    read = {
        "registrar": '{ practitioner(by: {id: "prac_1"}) { inn } }',
        "census": f'{{ patient(by: {{id: "{own["nodes"][0]["id"]}"}}) {{ fullName }} }}',
    }
    for _ in range(3):
        reader = "census" if name == "patient" else "registrar"
        assert (await ask(reader, read[reader])).errors == []
    for size in (1, 3):
        answer = await ask(name, text, {"size": size})
        assert answer.errors == []
        found = answer.data["auditEvents"] if name == "auditor" else answer.data["viewer"]["accesses"]
        assert [bool(one.get("patient") or one["person"]) for one in found["nodes"]] == [True] * size
        assert answer.statements == exactly


@pytest.mark.parametrize("size", [1, 5, 50])
async def test_a_list_of_cards_costs_the_same_whatever_its_length(ask: Ask, settings: Settings, size: int) -> None:
    answer = await ask("census", operation("list").replace("first: 50", f"first: {size}"))
    assert len(answer.data["practitioners"]["nodes"]) == size
    assert answer.statements == EXACTLY[settings.executor]["list"]


async def test_what_renewals_changed_comes_with_the_applications_themselves(ask: Ask) -> None:
    answer = await ask("census", "{ applications(first: 50) { nodes { id changes } } }")
    assert answer.data["applications"]["nodes"]
    assert answer.statements == {"accreditation": 1}


async def test_equal_edges_under_two_names_are_asked_once(ask: Ask) -> None:
    document = """{ practitioner(by: {id: "prac_1"}) {
        a: accreditations { kind } b: accreditations(status: null) { status }
        c: documents(first: 2) { nodes { title } } d: documents(first: 2) { nodes { kind } } } }"""
    answer = await ask("census", document)
    assert answer.statements == {"registry": 1, "accreditation": 1, "documents": 1}
    assert len(answer.data["practitioner"]["a"]) == len(answer.data["practitioner"]["b"]) > 0


async def test_edges_with_other_arguments_are_asked_apart(ask: Ask) -> None:
    document = """{ practitioner(by: {id: "prac_1"}) {
        a: documents(first: 1) { nodes { id } } b: documents(first: 2) { nodes { id } } } }"""
    answer = await ask("census", document)
    assert answer.statements == {"registry": 1, "documents": 2}
    assert len(answer.data["practitioner"]["a"]["nodes"]) == 1
    assert len(answer.data["practitioner"]["b"]["nodes"]) == 2


@pytest.mark.parametrize("field", ["nodes { id }", "edges { cursor }", "pageInfo { hasNextPage endCursor }"])
async def test_the_whole_list_is_counted_only_when_asked(ask: Ask, field: str) -> None:
    without = await ask("census", f"{{ practitioners(first: 3) {{ {field} }} }}")
    counted = await ask("census", f"{{ practitioners(first: 3) {{ {field} totalCount }} }}")
    assert without.statements == {"registry": 1}
    assert counted.statements == {"registry": 2}


async def test_the_lists_of_many_parents_are_counted_in_one_statement(ask: Ask) -> None:
    document = "{ practitioners(first: 50) { nodes { documents(first: 1) { totalCount nodes { id } } } } }"
    answer = await ask("census", document)
    assert answer.statements == {"registry": 1, "documents": 2}
    counts = [node["documents"]["totalCount"] for node in answer.data["practitioners"]["nodes"]]
    assert max(counts) > 1


async def test_what_is_refused_is_not_asked_of_its_store(ask: Ask) -> None:
    answer = await ask("anonymous", operation("cabinet"), {"id": "prac_1"})
    assert answer.data["practitioner"]["fullName"]
    assert set(answer.statements) == {"registry"}


async def test_an_object_and_its_type_name_cost_no_statement_of_their_own(ask: Ask) -> None:
    answer = await ask("anonymous", "{ __typename a: __typename }")
    assert answer.statements == {}
