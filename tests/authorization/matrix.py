"""The matrix of access, generated from the schema: every field of every type, by every way that leads to it.

One document asks for all fields of one type of many objects by several ways at once; a way is the coordinate of the
field that leads to the object, or one of the ways to look it up.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    parse,
)

from tests.authorization.filtering import quoted
from tests.authorization.lending import TYPED
from tests.authorization.syntax import Asked
from tests.authorization.world import TABLES, Row, World

# Types that every viewer has for himself, and that have tests of their own.
OWN_TYPES = frozenset(
    {
        "Viewer",
        "DataAccess",
        "DataAccessConnection",
        "DataAccessEdge",
        "AccessTerms",
        "ApplicationForm",
        "FormSlot",
        "Suggestion",
        "Problem",
        "FiledItem",
        "Role",
        "Workplace",
        "Permission",
        "ReadinessItem",
        "HowTo",
        "Assurance",
        "HeldAccreditation",
        "OpenedOperation",
        "SpecialisedResource",
        "Inbox",
        "TelemedicineAccess",
        "TelemedicineCheck",
        "ReportTemplate",
        "ComplianceIssue",
        "NotificationSetting",
        "MessageConnection",
        "PatientConnection",
        "PatientEdge",
        "MessageEdge",
        "AccountLock",
        "LinkHealth",
        "RequestedValue",
        *(f"Signature{part}" for part in ("Certificate", "Revocation", "Check", "Fault", "Holder")),
        "NoteSignature",
        "UnlockProposal",
        "TicketWords",
        "SupportContact",
        "SignInMethod",
        # tests/gateway/joined/test_service_status.py says who is shown them.
        "SourceStatus",
        "Device",
        "CanAct",
        "StepUp",
        # Of each other rows: tests/schema/test_reporting.py says whose they are.
        *("Report", "Visits", "VisitsOfKind", "PrescriptionCounts", "PrescriptionsOfForm", "DocumentationTimeliness"),
        "ProcedureReport",
        "ProcedureReportLine",
    }
)
BEARERS = frozenset(TABLES)
# As many objects of one type are looked at by each way.
OBJECTS_EACH = 28
# How many of them are looked up one by one too.
LOOKUPS = 6
LAST_OF_CAST = 12
# By which column other rows point to one of a type.
POINTER = {
    "ClinicalNote": "note_id",
    "EpisodeOfCare": "episode_id",
    "Encounter": "encounter_id",
    "Order": "order_id",
    "Prescription": "prescription_id",
    "Referral": "referral_id",
}
# Without these the fields are not asked.
ARGUMENTS = {
    "Query.specialties": '(search: "тер")',
    "Query.positions": '(search: "врач-т")',
    "Query.procedureReport": (
        '(period: {startsOn: "2026-03-01", lastOn: "2026-03-31"}, organizationId: "org_1", by: UNIT)'
    ),
    "Query.verifyReference": f"(code: {quoted(TYPED)})",
}


@dataclass(frozen=True)
class Cell:
    """One field of one type by one way."""

    type_name: str
    field: str
    way: str


@dataclass(frozen=True)
class Sheet:
    """One document of the matrix with the cells that it settles: alias at the root → way."""

    source: Asked
    type_name: str
    ways: Mapping[str, str]


class Matrix:
    """Sheets that together have every cell."""

    def __init__(self, schema: GraphQLSchema, world: World) -> None:
        self.schema = schema
        self.world = world
        self.types = sorted(_read(schema, schema.query_type, {}).values(), key=lambda kind: kind.name)

    def cells(self) -> set[Cell]:
        """Every field of every concrete type by every way; the viewer's own types left out."""
        return {
            Cell(kind.name, field, way)
            for kind in self.types
            if kind.name not in OWN_TYPES
            for field in kind.fields
            for way in self.ways(kind.name)
        }

    def ways(self, name: str) -> list[str]:
        """All ways to objects of a type."""
        if name == "Query":
            return ["root"]
        if name == "PageInfo" or name.endswith(("Connection", "Edge")):
            return ["connection"]
        found = [f"{parent.name}.{field}" for parent, field in self._leading_to(name)]
        if name in BEARERS:
            found += ["node", "nodes", "interface", "named fragment"]
        return found

    def sheets(self) -> Iterator[Sheet]:
        """One document for each type and way, or for several ways at once."""
        for kind in self.types:
            if kind.name in OWN_TYPES or kind.name == "PageInfo" or kind.name.endswith(("Connection", "Edge")):
                continue
            if kind.name == "Query":
                yield self._root()
                continue
            for parent, field in self._leading_to(kind.name):
                yield self._by_edge(kind, parent, field)
            if kind.name in BEARERS:
                yield from self._by_id(kind)

    def chosen(self, name: str) -> list[str]:
        """Ids of a type: what others point to and what points to others, of the cast, shared and not, of strangers."""
        world = self.world
        found: dict[Any, str] = {}
        pointing: dict[Any, str] = {}
        divided = {row["shift_id"] for row in world.table("slot")}
        for one in world.ids(name):
            ties, row = world.ties(one), world.row(one)
            stands = (row.get("stage"), row.get("outcome"), row.get("clarification_requested_at") is None)
            traits: tuple[Any, ...] = (ties.unclaimed, ties.institution, *stands)
            traits += (ties.addressee, row.get("accreditation_id") is None, row.get("holder_organization_id"))
            traits += (ties.care, row.get("confidentiality"))
            traits += tuple(row.get(name) is None for name in ("document_id", "practitioner_id"))
            person = ties.person if ties.person is not None and ties.person <= LAST_OF_CAST else None
            found.setdefault(("person", person, bool(ties.shared)), one)
            found.setdefault(("traits", *traits), one)
            if name == "AuditEvent":
                found.setdefault(("read", row.get("act") == "read", str(row.get("object")).startswith("prac_")), one)
            if name == "AccessGrant":
                found.setdefault(("grant", row["kind"], row["module"], row["decision"]), one)
            if name == "Shift":
                found.setdefault(("divided", row["id"] in divided), one)
            if name in {"Order", "Prescription"}:
                found.setdefault(("state", row["state"]), one)
            if name in {"Slot", "Booking"}:
                found.setdefault(("state", row.get("published_at") is None, row.get("cancelled_at") is None), one)
            for way in (*_pointers(row), *self._pointed.get(POINTER.get(name, ""), {}).get(row.get("id"), ())):
                pointing.setdefault(way, one)
        return list(dict.fromkeys([*pointing.values(), *found.values()]))[:OBJECTS_EACH]

    @cached_property
    def _pointed(self) -> Mapping[str, Mapping[Any, set[tuple[str, str]]]]:
        """By a column that points, and the key that it points to: the tables whose rows do."""
        found: dict[str, dict[Any, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
        for table, rows in self.world.rows.items():
            for row in rows.values():
                for _, column in _pointers(row):
                    found[column][row[column]].add((table, column))
        return found

    def _leading_to(self, name: str) -> Iterator[tuple[GraphQLObjectType, str]]:
        for parent in self.types:
            if parent.name in OWN_TYPES or parent.name == "PageInfo" or parent.name.endswith(("Connection", "Edge")):
                continue
            for field, core in parent.fields.items():
                # What the viewer has is another for each; a report is no object.
                if field in {"node", "nodes", "patients", "bookings", "orders", "reporting"} and parent.name == "Query":
                    continue
                target = get_named_type(core.type)
                if target.name.endswith("Connection"):
                    target = get_named_type(target.fields["nodes"].type)
                members = self.schema.get_possible_types(target) if is_abstract_type(target) else [target]
                if any(member.name == name for member in members):
                    yield parent, field

    def fields_of(self, kind: GraphQLObjectType) -> str:
        """All fields of a type, each that leads on with the least that can be asked of it."""
        return " ".join(_least(kind, name) for name in kind.fields)

    def _by_edge(self, kind: GraphQLObjectType, parent: GraphQLObjectType, field: str) -> Sheet:
        """From objects of the parent type along one edge, to all fields of what it leads to."""
        way = f"{parent.name}.{field}"
        target = get_named_type(parent.fields[field].type)
        body = "{ ...All }"
        if target.name.endswith("Connection"):
            edges = "edges { cursor node { __typename } }"
            connection = f"{{ {edges} nodes {body} totalCount pageInfo {{ {PAGE_INFO} }} }}"
            asked = [f"{field}({arguments}) {connection}" for arguments in _pages(way)]
        elif is_abstract_type(target):
            asked = [f"{field} {{ __typename ... on {kind.name} {body} }}"]
        else:
            asked = [f"{call} {body}" for call in self._calls(way, field)]
        fragment = f"fragment All on {kind.name} {{ {self.fields_of(kind)} }}"
        if parent.name == "Query":
            aliases = {f"w{i}": way for i in range(len(asked))}
            text = " ".join(f"w{i}: {one}" for i, one in enumerate(asked))
            return Sheet(_parsed(f"{{ {text} }} {fragment}"), kind.name, aliases)
        text = self._parents(parent, asked[0])
        return Sheet(_parsed(f"{{ {text} }} {fragment}"), kind.name, {"w0": way})

    def _parents(self, parent: GraphQLObjectType, body: str) -> str:
        """A way from the root to objects of a type, all of them there for whoever may see everything."""
        if parent.name in BEARERS:
            return f"w0: nodes(ids: {_ids(self.chosen(parent.name))}) {{ ... on {parent.name} {{ {body} }} }}"
        if parent.name == "Query":
            return f"w0: {body}"
        grand, field = next(iter(self._leading_to(parent.name)))
        if get_named_type(grand.fields[field].type).name.endswith("Connection"):
            return self._parents(grand, f"{field}(first: 20) {{ nodes {{ {body} }} }}")
        return self._parents(grand, f"{self._calls(f'{grand.name}.{field}', field)[0]} {{ {body} }}")

    def _by_id(self, kind: GraphQLObjectType) -> Iterator[Sheet]:
        """By global id: one, many, through the interface, through a named fragment; no document may be too long."""
        ids = self.chosen(kind.name)
        alone = ids[:LOOKUPS]
        body = f"{{ {self.fields_of(kind)} }}"
        inside = f"{{ ... on {kind.name} {body} }}"
        texts = [
            *(f"n{i}: node(id: {quoted(one)}) {{ ...Named }}" for i, one in enumerate(alone)),
            f"named: nodes(ids: {_ids(ids)}) {{ ...Outer }}",
        ]
        fragments = f"fragment Outer on Node {{ ...Named }} fragment Named on {kind.name} {body}"
        ways = {f"n{i}": "node" for i in range(len(alone))} | {"named": "named fragment"}
        yield Sheet(_parsed(f"{{ {' '.join(texts)} }} {fragments}"), kind.name, ways)
        many = f"many: nodes(ids: {_ids(ids)}) {inside}"
        face = f"face: nodes(ids: {_ids(ids)}) {{ ... on Node {{ id ... on Node {inside} }} }}"
        yield Sheet(_parsed(f"{{ {many} {face} }}"), kind.name, {"many": "nodes", "face": "interface"})

    def _root(self) -> Sheet:
        """Every field of the root that is not of the viewer himself."""
        query: Any = self.schema.query_type
        texts = []
        for field, core in query.fields.items():
            way = f"Query.{field}"
            if get_named_type(core.type).name.endswith("Connection"):
                if field not in {"patients", "bookings", "orders"}:
                    texts.append(f"{field}({_pages(way)[0]}) {{ nodes {{ __typename }} }}")
            elif field not in {"viewer", "reporting"}:
                texts.append(f"{self._calls(way, field)[0]} {{ __typename }}")
        return Sheet(_parsed(f"{{ {' '.join(texts)} }}"), "Query", {})

    def _calls(self, way: str, field: str) -> list[str]:
        """Calls of a field with its arguments; a lookup once for each object."""
        world = self.world
        match way:
            case "Query.practitioner":
                chosen = self.chosen("Practitioner")
                ids = [f"id: {quoted(one)}" for one in chosen[:LOOKUPS]]
                rows = [world.row(one) for one in chosen[LOOKUPS:][:LOOKUPS]]
                numbers = [f"registryNumber: {quoted(row['registry_number'])}" for row in rows]
                return [f"{field}(by: {{{one}}})" for one in (*ids, *numbers)]
            case "Query.organization":
                return [f"{field}(by: {{ogrn: {quoted(world.row(one)['ogrn'])}}})" for one in world.ids("Organization")]
            case "Query.organizationPreview":
                return [f"{field}(by: {{ogrn: {quoted(world.row(one)['ogrn'])}}})" for one in world.ids("Organization")]
            case "Query.application":
                return [
                    f"{field}(by: {{id: {quoted(one)}}})" for one in self.chosen("AccreditationApplication")[:LOOKUPS]
                ]
            case "Query.document":
                return [f"{field}(id: {quoted(one)})" for one in self.chosen("Document")[:LOOKUPS]]
            case "Query.patient":
                ids = [f"id: {quoted(one)}" for one in self.chosen("Patient")[:LOOKUPS]]
                return [f"{field}(by: {{{one}}})" for one in ids]
            case "Query.node":
                return [f"{field}(id: {quoted(self.chosen('Practitioner')[0])})"]
            case "Query.nodes":
                return [f"{field}(ids: {_ids(self.chosen('Practitioner'))})"]
            case "Query.accountMatch":
                return [f'{field}(account: "{subject}")' for subject in ("1000000001", "1000000006")]
        return [field + ARGUMENTS.get(way, "")]


def _read(schema: GraphQLSchema, kind: Any, found: dict[str, GraphQLObjectType]) -> dict[str, GraphQLObjectType]:
    """The types that reading leads to; what acts answer with leads to some of them, and has tests of its own."""
    if is_abstract_type(kind):
        for member in schema.get_possible_types(kind):
            _read(schema, member, found)
    elif is_object_type(kind) and kind.name not in found:
        found[kind.name] = kind
        for field in kind.fields.values():
            _read(schema, get_named_type(field.type), found)
    return found


PAGE_INFO = "hasNextPage hasPreviousPage startCursor endCursor"


def _pointers(row: Row) -> list[tuple[str, str]]:
    """The columns of a row that point to another one."""
    return [("to", name) for name, value in row.items() if name.endswith("_id") and value is not None]


def _least(kind: GraphQLObjectType, name: str) -> str:
    target = get_named_type(kind.fields[name].type)
    if is_leaf_type(target):
        return name
    passing = target.name.endswith("Connection")
    return f"{name}(first: 3) {{ nodes {{ __typename }} totalCount }}" if passing else f"{name} {{ __typename }}"


def _pages(way: str) -> list[str]:
    """Arguments of a connection: pages that together have something for everybody."""
    if way == "Query.documents":
        return ["first: 40, filter: {kind: [DIPLOMA]}", "last: 40, filter: {kind: [PASSPORT]}"]
    if way == "Query.accreditations":
        return [f'first: 40, filter: {{practitioner: "prac_{key}"}}' for key in (1, 3, 4, 8)]
    if way == "Query.auditEvents":
        # Whatever is tried before adds its reads: of acts there are a few.
        return ["first: 60, filter: {action: [SUBMIT_APPLICATION, CLAIM_APPLICATION, SUSPEND_ACCREDITATION]}"]
    return ["first: 60"] if way.startswith("Query.") else ["first: 6"]


def _ids(ids: list[str]) -> str:
    return "[" + ", ".join(map(quoted, ids)) + "]"


def _parsed(text: str) -> Asked:
    return Asked(parse(text, no_location=True))
