"""Every role × concrete type × field × way in: what the oracle says is what the gateway answers."""

import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from auth.permissions import Permission
from auth.policy import POLICY
from engine import executor
from schema.built import graph
from tests.authorization.conftest import Desk
from tests.authorization.masking import Mask, Watch
from tests.authorization.matrix import OWN_TYPES, Cell, Matrix, Sheet
from tests.authorization.table import CAST, CHANGES, INPUTS, OBJECTS, access, permissions
from tests.authorization.world import TABLES

# What can be entered in error; nothing of the world was.
ERRABLE = ("Encounter", "Condition", "Observation", "LaboratoryResult", "ClinicalNote", "Order", "Procedure")
VIEWERS = [(persona, True) for persona in CAST] + [("registrar", False)]


def cells_of(sheet: Sheet, found: dict[Cell, set[str]]) -> Watch:
    """Notes the cells of a sheet with the verdicts that were seen in them."""

    def watch(coordinate: str, path: tuple[Any, ...], reason: str | None) -> None:
        kind, _, field = coordinate.partition(".")
        if kind == "PageInfo" or kind.endswith(("Connection", "Edge")):
            way: str | None = "connection"
        elif kind != sheet.type_name:
            return
        else:
            way = "root" if kind == "Query" else sheet.ways.get(path[0])
        if way is not None:
            found[Cell(kind, field, way)].add(reason or "read")

    return watch


# What the village has none of, by store, and how all is as it was: a branch; what somebody of the cast and a stranger
# changed through the cabinet; records that a long course of care ties to each other. No rule of access looks at
# any of it.
RARE = {
    "registry": """
UPDATE organization SET branch_of_id = 3 WHERE id = 1;
INSERT INTO field_origin (practitioner_id, field, origin, as_of)
VALUES (1, 'FAMILY_NAME', 'EMPLOYER', now()), (4, 'FAMILY_NAME', 'EMPLOYER', now())
""",
    "clinical": """
UPDATE procedure t SET encounter_id = (SELECT min(id) FROM encounter WHERE patient_id = t.patient_id),
    order_id = (SELECT min(id) FROM service_order WHERE patient_id = t.patient_id);
UPDATE observation t SET order_id = (SELECT min(id) FROM service_order WHERE patient_id = t.patient_id);
UPDATE laboratory_result t SET order_id = (SELECT min(id) FROM service_order WHERE patient_id = t.patient_id);
UPDATE referral t SET encounter_id = (SELECT min(id) FROM encounter WHERE patient_id = t.patient_id);
UPDATE referral t SET answer_note_id = (SELECT min(id) FROM note WHERE patient_id = t.patient_id)
WHERE answer IS NOT NULL;
UPDATE service_order SET department_id = 1
""",
}
USUAL = {
    "registry": """
UPDATE organization SET branch_of_id = NULL WHERE id = 1;
DELETE FROM field_origin WHERE practitioner_id IN (1, 4)
""",
    "clinical": """
UPDATE procedure SET encounter_id = NULL, order_id = NULL;
UPDATE observation SET order_id = NULL;
UPDATE laboratory_result SET order_id = NULL;
UPDATE referral SET encounter_id = NULL, answer_note_id = NULL;
UPDATE service_order SET department_id = NULL
""",
}


@pytest.fixture
async def changed(desk: Desk) -> AsyncIterator[None]:
    """All of this, for a while."""

    async def run(texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            async with getattr(desk.gateway.application.stores, name).connection() as connection:
                await connection.execute(text)

    await run(RARE)
    yield
    await run(USUAL)


# It asks for everything as everybody: two minutes where nothing else runs.
@pytest.mark.timeout(1_200)
@pytest.mark.usefixtures("changed")
async def test_every_cell_of_the_matrix_is_answered_as_the_table_says(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A sheet asks for all fields of people, of many at once.
    monkeypatch.setattr(executor, "MAX_COST", 10_000_000)
    matrix = Matrix(desk.schema, desk.world)
    reached: dict[Cell, set[str]] = defaultdict(set)
    outcomes: Counter[str] = Counter()
    by_viewer: dict[tuple[str, bool], dict[Cell, set[str]]] = {viewer: defaultdict(set) for viewer in VIEWERS}
    for sheet in matrix.sheets():
        revealed = await desk.reveal(sheet.source)
        here: dict[Cell, set[str]] = defaultdict(set)
        Mask(desk.schema, desk.oracle("census"), sheet.source, cells_of(sheet, here)).expected(revealed)
        reached |= here
        for viewer in VIEWERS:
            oracle = desk.oracle(viewer[0], second_factor=viewer[1])
            watch = cells_of(sheet, by_viewer[viewer])
            if faults := await desk.compare(sheet.source, revealed, oracle, watch):
                pytest.fail("\n".join(faults), pytrace=False)
    others = ("viewer", "patients", "bookings", "orders", "reporting")
    wanted = matrix.cells() - {Cell("Query", name, "root") for name in others}
    # Of the patients that are looked at none has these; imaging studies are reached by their ids.
    nowhere = {"ClinicalNote.corrects", "ClinicalNote.versions", "EmergencyOpening.confirmedBy", "EnteredInError.by"}
    nowhere |= {f"{kind}.enteredInError" for kind in ERRABLE}
    # Contents lie elsewhere, signatures are of nobody's organisation, partners of the demo are none of the register.
    nowhere |= {"Document.integrity", "Signature.organization", "ExchangePartner.organization"}
    # No paper of the village stands for an attestation; those about patients are of encounters, and have no content.
    nowhere |= {"Attestation.document", "Document.referral", "Referral.document", "ExchangedDocument.clinicalDocument"}
    nowhere |= {f"ClinicalDocument.{name}" for name in ("episode", "note", "versions", "integrity")}
    nowhere |= {"ClinicalNote.documents", "EpisodeOfCare.documents"}
    # What is issued stands as it was issued: nobody led it, was warned of it or signed it by a key; nothing is waiting.
    nowhere |= {"Prescription.signatures", "Referral.signature"}
    nowhere |= {"Referral.receiverDepartment", "Prescription.leader", "Prescription.checks"}
    nowhere |= {"ImagingStudy.order", "OrderProtocol.imaging", "OrderProtocol.acknowledger"}
    # Medicines of the village were given before records were asked for.
    nowhere |= {"Administration.accreditation"}
    wanted = {cell for cell in wanted if cell.way not in nowhere and not _of_an_edge_to_imaging(cell)}
    assert {str(cell) for cell in wanted - reached.keys()} == set(), "cells without a test"
    for viewer in VIEWERS:
        for cell in wanted:
            outcomes[", ".join(sorted(by_viewer[viewer].get(cell, {"absent"})))] += 1
    total = sum(outcomes.values())
    with capsys.disabled():
        sys.stdout.write(f"\n{len(wanted)} cells for each of {len(VIEWERS)} viewers: {total}; {dict(outcomes)}\n")
    assert {"read", "absent", "SIGN_IN", "ROLE", "OBJECT, read"} <= outcomes.keys()


def _of_an_edge_to_imaging(cell: Cell) -> bool:
    edges = {"Patient.imaging", "Encounter.imaging", "HistoryEntry.entry", "connection"}
    return cell.type_name in {"ImagingStudy", "ImagingStudyEdge"} and cell.way in edges


async def test_every_rule_of_the_table_is_seen_to_give_and_to_refuse(desk: Desk) -> None:
    """The objects of the matrix are no use if some rule neither holds nor fails on any of them."""
    matrix = Matrix(desk.schema, desk.world)
    things = [desk.world.ties(one) for name in OBJECTS.keys() & TABLES for one in matrix.chosen(name)]
    things += [desk.world.ties(one) for one in matrix.chosen("Practitioner")]
    for persona in CAST.keys() - {"census"}:
        oracle = desk.oracle(persona)
        for permission in access():
            rules = {clause.rule for clause in oracle.clauses(permission)}
            verdicts = {oracle.allows(permission, ties) for ties in things}
            if rules & {"own", "org", "case", "unit", "trainee", "shared"} and "all" not in rules:
                assert verdicts == {True, False}, f"{persona}, {permission}"


def test_every_coordinate_of_the_graph_is_in_the_table() -> None:
    built = graph()
    assert set(built.coordinates()) == set(permissions())
    declared = {c: f.declaration.permission for t in built.types.values() for c, f in _fields(t)}
    assert declared == dict(permissions())
    assert {n: t.declaration.gate for n, t in built.types.items() if t.declaration.gate} == {**OBJECTS, **CHANGES}
    assert built.input_guards == dict(INPUTS)
    assert {permission.value for permission in Permission} == set(access()) == set(POLICY)


def _fields(bound: Any) -> list[tuple[str, Any]]:
    return [(field.coordinate, field) for field in bound.fields.values()]


ALL_OF_VIEWER = """{ viewer {
  id practitioner { id } roles { name because validUntil } permissions { name rules }
  readiness { item done since next reason howTo { act url } }
  accessTerms { version inForceFrom text } filings { filing { id filingKind dated filingStatus } }
  operations(everywhere: true) { operation validUntil } specialisedResources { code topic title url }
  assurance { level authTime secondFactorAt }
  patients { nodes { id } totalCount }
  messages { edges { cursor node { id } } nodes { id } totalCount pageInfo { hasNextPage } }
  inbox { unreadCount mailLanguage } notificationSettings { kind channel enabled leadDays required } } }"""


@pytest.mark.parametrize("persona", CAST)
async def test_everybody_reads_his_own_place(desk: Desk, persona: str) -> None:
    answer = await desk.ask(persona, ALL_OF_VIEWER)
    assert answer.errors == []
    viewer = answer.data["viewer"]
    if persona == "anonymous":
        assert viewer is None
        return
    oracle = desk.oracle(persona)
    assert viewer["practitioner"] == (None if oracle.person is None else {"id": f"prac_{oracle.person}"})
    assert {role["name"] for role in viewer["roles"]} == set(CAST[persona])
    assert all(role["because"] for role in viewer["roles"])
    held = {found["name"]: set(found["rules"]) for found in viewer["permissions"]}
    if oracle.everything:
        assert held == {permission: {"all"} for permission in access()}
    else:
        clauses = {permission: {clause.rule for clause in oracle.clauses(permission)} for permission in access()}
        # By a rule without a condition the others are as good as said.
        wanted = {p: {"all"} if "all" in rules else rules for p, rules in clauses.items() if rules}
        assert held == wanted
    assert viewer["assurance"]["level"] == "CONFIRMED"
    # Others may have been told of something in the meantime.
    told = "SELECT 'msg_' || id FROM message WHERE subject = $1"
    async with desk.gateway.application.stores.journal.connection() as connection:
        own = {row[0] for row in await connection.fetch(told, desk.world.subjects[persona])}
    assert {node["id"] for node in viewer["messages"]["nodes"]} == own
    assert viewer["messages"]["totalCount"] == len(own)
    assert len(viewer["notificationSettings"]) == 52
    assert {kind.name for kind in Matrix(desk.schema, desk.world).types} >= OWN_TYPES
    ready = {item["item"]: item["done"] for item in viewer["readiness"]}
    assert all(item["next"] is None for item in viewer["readiness"] if item["done"])
    people = desk.world.rows["practitioner"]
    agreed = oracle.person is not None and persona not in {"applicant", "registrar", "desk"}
    assert ready == {
        "CONFIRMED_ACCOUNT": True,
        "SECOND_FACTOR": True,
        "REGISTRY_LINK": oracle.person is not None,
        "ORGANIZATION_LINK": "LNK" in CAST[persona],
        "ACCREDITATION": not {"TMP", "DOC", "NUR"}.isdisjoint(CAST[persona]),
        "CERTIFICATES": oracle.person is not None,
        "ACCESS_TERMS": agreed,
        "CONTACTS": oracle.person is not None and people[oracle.person]["email_verified_at"] is not None,
    }
