"""What to ask and do about somebody of whom nobody of the cast may know more than everybody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from gateway.world.numbers import insurance_number
from tests.acts.test_rights import BY_APPLICANT, BY_EXPERT, BY_REGULATOR, given
from tests.authorization import hiding_work
from tests.authorization.conftest import Desk
from tests.authorization.extracting import Probes
from tests.authorization.filtering import quoted
from tests.authorization.hiding import KEY, Hidden, snils
from tests.authorization.matrix import Matrix


class Village(Hidden):
    """Somebody hidden, with every value that is hidden of him, and the questions and acts that name them."""

    def values(self) -> Mapping[str, Sequence[str]]:
        """Literals that tell one from another, for whatever an input compares."""
        row = self.row
        taken = {one["snils"] for one in self.world.table("practitioner")}
        numbers = [row["snils"], snils(row["snils"][-2:], taken), snils(None, taken)]
        days = [row["birth_on"], row["birth_on"] - timedelta(days=800)]
        codes = sorted({one["specialty_code"] for one in self.world.table("practitioner")} - {None})
        places = [*self.world.table("organization")]
        instants = [(self.at + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ") for number in (-3, 0, 3)]
        found: dict[str, Sequence[Any]] = {
            "PractitionerBy.id": [f"prac_{self.person}"],
            "PractitionerBy.snils": numbers,
            "PractitionerBy.registryNumber": [row["registry_number"], "9" * 10],
            "PractitionerFilter.search": [row["family_name"], row["family_name"][:2]],
            "PractitionerFilter.specialty": codes,
            "PractitionerFilter.region": sorted({one["region_code"] for one in places}),
            "PractitionerFilter.organization": [f"org_{one['id']}" for one in places],
            "PractitionerFilter.snils": numbers,
            "PractitionerFilter.bornFrom": days,
            "PractitionerFilter.bornTo": days,
            "OrganizationBy.id": ["org_3"],
            "OrganizationBy.ogrn": [places[2]["ogrn"]],
            "OrganizationBy.inn": [places[2]["inn"]],
            "OrganizationBy.oid": [places[2]["oid"]],
            "OrganizationNumber.ogrn": [places[2]["ogrn"]],
            "OrganizationNumber.inn": [places[2]["inn"]],
            "OrganizationNumber.oid": [places[2]["oid"]],
            "OrganizationFilter.search": ["Гор"],
            "OrganizationFilter.region": sorted({one["region_code"] for one in places}),
            "AccreditationFilter.organization": [f"org_{one['id']}" for one in places],
            "AccreditationFilter.practitioner": [f"prac_{self.person}"],
            "AccreditationFilter.changedSince": instants,
            "ApplicationBy.id": [f"app_{KEY}", f"app_{self.waiting['id']}"],
            "ApplicationBy.number": ["АК-26-99999999", self.waiting["number"]],
            "ApplicationFilter.specialty": codes,
            "ApplicationFilter.submittedFrom": [self.at.date(), *days],
            "ApplicationFilter.submittedTo": [self.at.date(), *days],
            "ApplicationFilter.dueFrom": [self.at.date(), *days],
            "ApplicationFilter.dueTo": [self.at.date(), *days],
            "DocumentBy.id": [f"doc_{KEY}"],
            "Query.document(id)": [f"doc_{KEY}"],
            "DocumentFilter.search": ["дипл", "А"],
            "DocumentFilter.number": ["99", "9900"],
            "DocumentFilter.createdFrom": [self.at.date(), *days],
            "DocumentFilter.createdTo": [self.at.date(), *days],
            "DocumentFilter.owner": [f"prac_{self.person}"],
            "DocumentFilter.organization": ["org_2"],
            "DocumentFilter.issuedFrom": days,
            "DocumentFilter.issuedTo": days,
            "SlotFilter.organization": ["org_2"],
            "SlotFilter.department": [f"dept_{post['department_id']}" for post in self.world.posts(self.person)],
            "SlotFilter.practitioner": [f"prac_{self.person}"],
            "SlotFilter.since": instants[:2],
            "SlotFilter.until": instants[1:],
            "BookingFilter.since": instants[:2],
            "BookingFilter.until": instants[1:],
            "AuditFilter.since": instants,
            "AuditFilter.until": instants,
            "AuditFilter.act": ["claimApplication"],
            "AuditFilter.object": [f"app_{KEY}"],
            "AuditFilter.actor": ["somebody"],
            "AuditFilter.person": [f"prac_{self.person}"],
            "AuditFilter.patient": [f"pat_{self.patient}"],
            "AuditFilter.opening": [f"emrg_{KEY}"],
            "AppointmentFilter.account": ["somebody"],
            "AppointmentFilter.organizationId": ["org_2"],
            "AccessGrantFilter.organizationId": ["org_2"],
            "LockFilter.account": ["somebody"],
            "Query.accountMatch(account)": ["somebody"],
            "TicketFilter.requestId": ["x"],
            "ExchangeFilter.counterpart": ["insurer-demo", "register-demo"],
            "ExchangeFilter.organizationId": ["org_2"],
            "InformationRequestFilter.organizationId": ["org_2"],
            "InquiryFilter.patientId": [f"pat_{self.patient}", f"pat_{self.inquiry['patient_id']}"],
            "OrderFilter.departmentId": ["dept_1"],
            "ProcedureReportFilter.organizationId": ["org_2"],
            "PatientBy.id": [f"pat_{self.patient}"],
            "PatientBy.insuranceNumber": [insurance_number(self.patient), insurance_number(KEY)],
            "Practitioner.employments(activeOn)": [self.at.date(), *days],
            "Practitioner.shifts(from)": instants[:1],
            "Practitioner.shifts(to)": instants[2:],
        }
        named = {"familyName": "family_name", "givenName": "given_name", "birthOn": "birth_on"}
        name = ", ".join(f"{field}: {quoted(self._opened(column))}" for field, column in named.items())
        made = {name: [quoted(str(one)) for one in literals] for name, literals in found.items()}
        return {**made, "PatientBy.name": [f"{{{name}}}"]}

    def probes(self, desk: Desk) -> Probes:
        """Every question that compares something."""
        people = [f"prac_{key}" for key in (self.person, self.waiting["practitioner_id"], 1, 6)]
        return Probes(
            desk.schema, self.values(), people, [f"org_{one['id']}" for one in self.world.table("organization")]
        )

    def questions(self, desk: Desk) -> Iterator[str]:
        """Every question that compares something, and every field of what is hidden, read outright."""
        yield from self.probes(desk).documents()
        matrix, work = Matrix(desk.schema, self.world), hiding_work.rows(self.world)
        for kind in matrix.types:
            ids = {
                "Practitioner": [self.person],
                "AccreditationApplication": [KEY, self.waiting["id"], 1],
                "Patient": [self.patient],
                "Condition": [KEY, self.condition["id"]],
                "Observation": [KEY, self.observation["id"]],
                "Booking": [self.booking["id"]],
                "Inquiry": [KEY, self.inquiry["id"]],
                **{kind: [work[table]["id"]] for table, (_, kind, _) in hiding_work.TOLD.items()},
            }.get(kind.name, [KEY, self.record or 0])
            if kind.name in {
                "Employment",
                "Document",
                "Shift",
                "Slot",
                "Booking",
                "Message",
                "Accreditation",
                "Patient",
                "Condition",
                "Observation",
                "EmergencyOpening",
                "Inquiry",
                "RegistryRequest",
                "OrganizationLink",
                "Appointment",
                "AccessGrant",
                "LockedAccount",
                "SupportTicket",
                "ExchangePackage",
                "InformationRequest",
                *list(_PREFIXES)[:2],
                *hiding_work.PREFIXES,
            }:
                named = ", ".join(quoted(f"{_PREFIXES[kind.name]}_{key}") for key in ids)
                yield f"{{ nodes(ids: [{named}]) {{ ... on {kind.name} {{ {matrix.fields_of(kind)} }} }} }}"

    def acts(self) -> Iterator[str]:
        """Every act on what is hidden."""
        on_records = (*BY_REGULATOR, "renewAccreditation")
        for names, thing in (((*BY_APPLICANT, *BY_EXPERT), f"app_{KEY}"), (on_records, f"acc_{KEY}")):
            yield f"mutation {{ {' '.join(_act(name, thing) for name in names)} }}"


_PREFIXES = {
    "Practitioner": "prac", "AccreditationApplication": "app", "Employment": "emp", "Accreditation": "acc",
    "Document": "doc", "Shift": "shift", "Message": "msg",
    "Slot": "slot", "Booking": "booking", "Patient": "pat", "Condition": "cond", "Observation": "obs",
    "EmergencyOpening": "emrg", "Inquiry": "inq", "RegistryRequest": "regreq", "OrganizationLink": "link",
    "Appointment": "apt", "AccessGrant": "grant", "LockedAccount": "lock", "SupportTicket": "tick",
    "ExchangePackage": "pkg", "InformationRequest": "inforeq",
    **hiding_work.PREFIXES,
}  # fmt: skip


def _act(name: str, id: str) -> str:
    said = given(name, id)
    parts = ", ".join(f"{key}: {_literal(key, value)}" for key, value in said.items())
    return f"{name}(input: {{{parts}}}) {{ problems {{ code path message }} }}"


def _literal(key: str, value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(quoted(one) for one in value)}]"
    return str(value) if isinstance(value, int) or key == "audience" else quoted(value)
