"""Questions made up by chance: shapes from the schema, arguments from the world, so that they find something."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLSchema,
    GraphQLUnionType,
    NameNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    parse,
    parse_value,
)
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from gateway.world.numbers import insurance_number
from tests.authorization.filtering import Filters, instant, quoted
from tests.authorization.lending import TYPED
from tests.authorization.rewriting import MAX_TOKENS, valid
from tests.authorization.syntax import Asked, changed, rebuilt
from tests.authorization.world import ABOUT_PATIENTS, World

CAST_KEYS = range(1, 13)
OF_PATIENTS = (
    *(f"Patient.{name}" for name in ("episodes", "encounters", "conditions", "observations", "results", "imaging",
                                     "notes", "prescriptions", "consents", "emergencyOpenings")),
    *(f"Encounter.{name}" for name in ("conditions", "observations", "results", "imaging", "notes", "prescriptions")),
    "EpisodeOfCare.encounters", "Practitioner.encounters", "Practitioner.prescriptions", "Shift.encounters",
    "Booking.encounters",
)  # fmt: skip
# The viewer's own data differ from viewer to viewer: there is nothing to mask.
LEFT_OUT = frozenset({"viewer", "patients", "bookings", "orders", "reporting", "procedureReport"})
DEEPEST = 4
MOST_FIELDS = 45
# Every so many documents one comes from hypothesis-graphql: its shapes are wide, its making slow.
SHARE_DRAWN = 5
STATUSES = ("ACTIVE", "EXPIRED", "SUSPENDED", "SUPERSEDED", "REVOKED", "UNDER_REVIEW")


@dataclass
class Arguments:
    """Chooses arguments that mean something in the world."""

    world: World
    random: Random
    identity: float = 0.12

    @cached_property
    def filters(self) -> Filters:
        """Chooses filters and orders."""
        return Filters(self.world, self.random, self.identity)

    def of(self, coordinate: str) -> str:
        """The arguments of a field, as text between brackets; empty for none."""
        made = self._makers.get(coordinate)
        return made() if made else ""

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[], str]]:
        return {
            "Query.node": lambda: f"id: {quoted(self.any_id())}",
            "Query.nodes": lambda: f"ids: [{', '.join(quoted(self.any_id()) for _ in range(self._upto(5)))}]",
            "Query.practitioner": lambda: f"by: {{{self.one_person()}}}",
            "Query.organization": lambda: f"by: {{{self.one_organization()}}}",
            "Query.organizationPreview": lambda: f"by: {{ogrn: {quoted(self.an_ogrn())}}}",
            "Query.application": lambda: f"by: {{{self.one_application()}}}",
            "Query.verifyReference": lambda: f"code: {quoted(TYPED)}",
            "Query.documentKinds": lambda: self._maybe("kind: DIPLOMA"),
            "Query.document": lambda: self.random.choice(("by: {{id: {0}}}", "id: {0}")).format(
                quoted(self.id_of("Document"))
            ),
            "Query.patient": lambda: f"by: {{{self.one_patient()}}}",
            "Query.practitioners": lambda: self._joined(self.people(), self.order(), self.page(backward=True)),
            "Query.organizations": lambda: self._joined(
                self._maybe(self.filters.drawn("OrganizationFilter")), self.closed(), self.page(backward=True)
            ),
            "Organization.departments": self.closed,
            # Of one person nobody has more than a page.
            "Query.accreditations": lambda: self._joined(
                self.filters.drawn("AccreditationFilter", always="practitioner"), self.page(backward=True)
            ),
            "Query.applications": lambda: self._joined(
                self._maybe(self.filters.drawn("ApplicationFilter")),
                self._maybe(self.filters.order("ApplicationOrder")),
                self.page(backward=True),
            ),
            "Query.documents": lambda: self._joined(
                self.filters.drawn("DocumentFilter", always="kind"),
                self._maybe(self.filters.order("DocumentOrder")),
                self.page(backward=True),
            ),
            # Of reads there are more than a page, and each test adds its own.
            "Query.auditEvents": lambda: self._joined(
                self.filters.drawn("AuditFilter", always="action"), self.page(backward=True)
            ),
            "Query.specialties": lambda: 'search: "тер"',
            "Query.regions": lambda: 'search: "мос"',
            "Query.positions": lambda: 'search: "врач-т"',
            "Practitioner.employments": lambda: self._maybe(f"activeOn: {quoted(str(self._day(0)))}"),
            "Practitioner.accreditations": lambda: self._maybe(f"status: {self.random.choice(STATUSES)}"),
            "Practitioner.applications": self.page,
            "Practitioner.documents": lambda: self._joined(
                self._maybe(self.filters.drawn("DocumentFilter")), self.page()
            ),
            "Practitioner.shifts": lambda: self._joined(self.week(), self.page()),
            "Query.slots": lambda: self._joined(
                self._maybe(self.filters.drawn("SlotFilter"), 0.7), self.page(backward=True)
            ),
            **dict.fromkeys(
                ("Practitioner.slots", "Shift.slots"),
                lambda: self._joined(self._maybe(self.filters.drawn("SlotFilter")), self.page()),
            ),
            **dict.fromkeys(
                ("Practitioner.bookings", "Patient.bookings"),
                lambda: self._joined(self._maybe(self.filters.drawn("BookingFilter")), self.page()),
            ),
            **dict.fromkeys(OF_PATIENTS, self.page),
            "Patient.orders": lambda: self._joined(self._maybe(self.filters.drawn("OrderFilter")), self.page()),
            "Query.referrals": lambda: self._joined(
                self._maybe(self.filters.drawn("ReferralFilter")), self.page(backward=True)
            ),
            "Query.procedureReports": lambda: self._joined(
                self._maybe(self.filters.drawn("ProcedureReportFilter")), self.page()
            ),
            "Query.medicines": lambda: 'search: "ами"',
            "Query.services": lambda: 'search: "кров"',
            "Query.inquiries": lambda: self._joined(
                self._maybe(self.filters.drawn("InquiryFilter")), self.page(backward=True)
            ),
            "Query.accessGrants": lambda: self._joined(
                self._maybe(self.filters.drawn("AccessGrantFilter")), self.page(backward=True)
            ),
            "Query.appointments": lambda: self._joined(
                self._maybe(self.filters.drawn("AppointmentFilter")), self.page(backward=True)
            ),
            "Query.organizationLinks": lambda: self._joined(
                self._maybe(self.filters.drawn("OrganizationLinkFilter")), self.page(backward=True)
            ),
            "Query.registryRequests": lambda: self._joined(
                self._maybe(self.filters.drawn("RegistryRequestFilter")), self.page(backward=True)
            ),
            "Query.accountLocks": lambda: self._joined(
                self._maybe(self.filters.drawn("LockFilter")), self.page(backward=True)
            ),
            "Query.exchangePackages": lambda: self._joined(
                self._maybe(self.filters.drawn("ExchangeFilter")), self.page(backward=True)
            ),
            "Query.informationRequests": lambda: self._joined(
                self._maybe(self.filters.drawn("InformationRequestFilter")), self.page(backward=True)
            ),
            "Query.accountMatch": lambda: f"account: {quoted(self.random.choice(('1000000001', '1000000006', 'x')))}",
            "Query.supportTickets": lambda: self._joined(
                self._maybe(self.filters.drawn("TicketFilter")), self.page(backward=True)
            ),
            "Query.emergencyOpenings": lambda: self._joined(
                self._maybe(self.filters.drawn("EmergencyOpeningFilter")), self.page(backward=True)
            ),
            "Query.teleconsultations": lambda: self._joined(
                self._maybe(self.filters.drawn("TeleconsultationFilter")), self.page(backward=True)
            ),
            "Patient.teleconsultations": lambda: self._joined(
                self._maybe(self.filters.drawn("TeleconsultationFilter")), self.page()
            ),
            "Patient.inquiries": lambda: self._joined(self._maybe(self.filters.drawn("InquiryFilter")), self.page()),
            "Patient.history": lambda: self._joined(self._maybe(self.filters.drawn("HistoryFilter")), self.page()),
            "Organization.staff": lambda: self._joined(self.people(), self.page()),
        }

    def id_of(self, type_name: str) -> str:
        """An id of a type, of the cast as often as not; at times of nothing."""
        ids = self.world.ids(type_name)
        if self.random.random() < 0.06:
            return self.random.choice((f"{ids[0]}99999", "prac_0", "nonsense", "org_1"))
        near = [one for one in ids if self.world.ties(one).person in CAST_KEYS]
        if type_name in ABOUT_PATIENTS:
            near = ids[:20]
        return self.random.choice(near if near and self.random.random() < 0.6 else ids)

    def any_id(self) -> str:
        """An id of any type."""
        return self.id_of(
            self.random.choice(
                ("Practitioner", "Organization", "Department", "Employment", "Accreditation",
                 "AccreditationApplication", "Document", "Shift", "Slot", "Booking",
                 "AuditEvent", "Appointment", "AccessGrant", "Licence", "QualificationCategory",
                 "ExchangePackage", "InformationRequest",
                 *sorted(ABOUT_PATIENTS))
            )
        )  # fmt: skip

    def one_person(self) -> str:
        """What names one practitioner."""
        found = self.id_of("Practitioner")
        way = self.random.random()
        if way < 0.6 or not found.startswith("prac_") or int(found[5:]) not in self.world.rows["practitioner"]:
            return f"id: {quoted(found)}"
        row = self.world.row(found)
        if way < 0.6 + self.identity:
            return f"snils: {quoted(row['snils'])}"
        return f"registryNumber: {quoted(row['registry_number'])}"

    def one_patient(self) -> str:
        """What names one patient; at times what names him may be looked for by few."""
        found = self.id_of("Patient")
        if found.startswith("pat_") and self.random.random() < self.identity:
            return f"insuranceNumber: {quoted(insurance_number(int(found[4:]) % 10**13))}"
        return f"id: {quoted(found)}"

    def one_organization(self) -> str:
        """What names one organisation."""
        row = self.world.row(self.random.choice(self.world.ids("Organization")))
        return self.random.choice((f"id: {quoted('org_' + str(row['id']))}", f"ogrn: {quoted(row['ogrn'])}"))

    def an_ogrn(self) -> str:
        """The number of one organisation."""
        return str(self.world.row(self.random.choice(self.world.ids("Organization")))["ogrn"])

    def one_application(self) -> str:
        """What names one application."""
        found = self.id_of("AccreditationApplication")
        if found.startswith("app_") and self.random.random() < 0.4:
            row = self.world.rows["application"].get(int(found[4:]))
            if row is not None:
                return f"number: {quoted(row['number'])}"
        return f"id: {quoted(found)}"

    def people(self) -> str:
        """A filter of people; at times it looks at somebody's identity."""
        return self._maybe(self.filters.drawn("PractitionerFilter"), 0.7)

    def order(self) -> str:
        """An order of people; at times by birth."""
        return self._maybe(self.filters.order("PractitionerOrder"))

    def closed(self) -> str:
        """Whether closed ones are wanted too."""
        return self._maybe(f"includeClosed: {self.random.choice(('true', 'false'))}")

    def week(self) -> str:
        """A range of time."""
        start = self.world.at.replace(microsecond=0)
        text = f'from: "{instant(start)}", to: "{instant(start + timedelta(days=7))}"'
        return self._maybe(text)

    def page(self, *, backward: bool = False) -> str:
        """The size of a page."""
        way = "last" if backward and self.random.random() < 0.3 else "first"
        return "" if self.random.random() < 0.1 else f"{way}: {self._upto(6)}"

    def _maybe(self, text: str, share: float = 0.4) -> str:
        return text if self.random.random() < share else ""

    def _joined(self, *parts: str) -> str:
        return ", ".join(part for part in parts if part)

    def _upto(self, most: int) -> int:
        return self.random.randint(1, most)

    def _day(self, back: int) -> Any:
        return (self.world.at - timedelta(days=back)).date()


@dataclass
class Walk:
    """A document by a walk over the schema from the root."""

    schema: GraphQLSchema
    random: Random
    arguments: Arguments
    left: int = MOST_FIELDS

    def document(self) -> Asked:
        """A document of a few root fields."""
        query: Any = self.schema.query_type
        names = [name for name in query.fields if name not in LEFT_OUT]
        # Books and lists of institutions are the same for everybody; people and their files are what is guarded.
        books = {"specialties", "positions", "regions", "medicines", "services", "organizations"}
        weights = [1 if name in books else 5 for name in names]
        chosen = self.random.choices(names, weights, k=self.random.choice((1, 1, 2, 3)))
        fields = [self._field(query, name, 0, f"q{i}: ") for i, name in enumerate(chosen)]
        return Asked(parse("{ " + " ".join(fields) + " }", no_location=True))

    def _field(self, parent: Any, name: str, depth: int, alias: str = "") -> str:
        self.left -= 1
        given = self.arguments.of(f"{parent.name}.{name}")
        text = f"{alias}{name}({given})" if given else alias + name
        kind = get_named_type(parent.fields[name].type)
        return text if is_leaf_type(kind) else f"{text} {{ {self.selections(kind, depth + 1)} }}"

    def selections(self, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            members = self.schema.get_possible_types(kind)
            chosen = self.random.sample(members, min(len(members), 3))
            parts = ["__typename", *(f"... on {m.name} {{ {self.selections(m, depth)} }}" for m in chosen)]
            return " ".join(parts)
        leaves = [n for n, f in kind.fields.items() if is_leaf_type(get_named_type(f.type))]
        edges = [n for n in kind.fields if n not in leaves]
        wanted = self.random.sample(leaves, min(len(leaves), self.random.randint(1, 5)))
        passing = kind.name.endswith(("Connection", "Edge"))
        if edges and (passing or depth < DEEPEST) and self.left > 0:
            wanted += self.random.sample(edges, min(len(edges), self.random.randint(1, 3)))
        if not wanted:
            wanted = ["__typename"]
        self.random.shuffle(wanted)
        return " ".join(self._field(kind, name, depth + (not passing)) if name[0] != "_" else name for name in wanted)


def grounded(schema: GraphQLSchema, document: DocumentNode, arguments: Arguments) -> DocumentNode:
    """The document with arguments that mean something in the place of its own."""

    def change(parent: Any, selections: tuple[Any, ...]) -> tuple[Any, ...]:
        kept = [s for s in selections if not (isinstance(s, FieldNode) and s.name.value in LEFT_OUT)]
        # Something is asked of every object, or it is no question.
        return tuple(
            one(parent, s) for s in kept or [FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())]
        )

    def one(parent: Any, selection: Any) -> Any:
        if not isinstance(selection, FieldNode) or not is_composite_type(parent) or not hasattr(parent, "fields"):
            return selection
        made = parse_value("{" + arguments.of(f"{parent.name}.{selection.name.value}") + "}", no_location=True)
        given = tuple(ArgumentNode(name=NameNode(value=f.name.value), value=f.value) for f in made.fields)  # type: ignore[attr-defined]
        alias = NameNode(value=f"g{arguments.random.getrandbits(40):010x}") if given else selection.alias
        return changed(selection, arguments=given, alias=alias)

    return rebuilt(schema, document, change)


def drawn(schema: GraphQLSchema, number: int, start: int) -> list[DocumentNode]:
    """Documents drawn by hypothesis-graphql; the same start gives the same documents."""
    found: list[DocumentNode] = []
    scalars = {"Date": "2026-01-01", "DateTime": "2026-01-01T00:00:00Z"}
    texts = {"Snils": "x", "Inn": "x", "Ogrn": "x", "Oid": "x", "Decimal": "1", **scalars}
    strategies = {name: st.just(text).map(nodes.String) for name, text in texts.items()}
    fields = [name for name in schema.query_type.fields if name not in LEFT_OUT]  # type: ignore[union-attr]

    @seed(start)
    @settings(
        max_examples=number, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(queries(schema, fields=fields, custom_scalars=strategies, allow_x00=False, allow_null=False))
    def collect(text: Any) -> None:
        found.append(parse(text, no_location=True))

    collect()
    return found


def walks(schema: GraphQLSchema, world: World, start: int) -> Iterator[Asked]:
    """Documents by walks, without end; the same start gives the same documents."""
    random = Random(start)
    while True:
        yield Walk(schema, random, Arguments(world, random)).document()


def questions(schema: GraphQLSchema, world: World, start: int, number: int) -> Iterator[Asked]:
    """Documents of both makes, each valid and short enough to be rewritten; `number` of them."""
    random = Random(start)
    shapes = iter(drawn(schema, number // SHARE_DRAWN, start))
    made = 0
    while made < number:
        arguments = Arguments(world, random)
        shape = next(shapes, None) if made % SHARE_DRAWN == 0 else None
        if shape is None:
            found = Walk(schema, random, arguments).document()
        else:
            found = Asked(grounded(schema, shape, arguments))
        text = found.text
        if len(text) > MAX_TOKENS * 5 or not valid(schema, found.document):
            continue
        made += 1
        yield found
