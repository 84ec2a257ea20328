"""Filters and orders made up by chance: every field that the schema declares, with values that the world has."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from graphql import GraphQLEnumType, get_named_type

from schema.built import graph
from tests.authorization.world import World

IDENTITY = frozenset(
    (
        "PractitionerFilter.snils", "PractitionerFilter.bornFrom", "PractitionerFilter.bornTo",
        "InquiryFilter.patientId", "DocumentFilter.number",
    )
)  # fmt: skip
ENDS = {
    "bornTo": "bornFrom",
    "issuedTo": "issuedFrom",
    "createdTo": "createdFrom",
    "until": "since",
    "submittedTo": "submittedFrom",
    "dueTo": "dueFrom",
}
# Of one of these nobody's catalogue has more than a page.
KINDS = ("PASSPORT", "DIPLOMA", "SNILS", "CPD", "EXPERIENCE", "REFERENCE", "DECISION")
STAGES = ("DRAFT", "RECEPTION", "CHECK", "APPROVAL", "DONE")
KINDS_APPLIED_FOR = ("PERMANENT", "TEMPORARY", "SPECIAL", "REMOTE", "ORGANISATIONAL")
OUTCOMES = ("ACCREDITED", "REJECTED", "WITHDRAWN")
RECORDED = (
    "EPISODE",
    "ENCOUNTER",
    "CONDITION",
    "OBSERVATION",
    "LABORATORY_RESULT",
    "IMAGING_STUDY",
    "NOTE",
    "PRESCRIPTION",
    "REFERRAL",
)
MODULES = ("RECEPTION", "CASE_HISTORY", "SCHEDULE", "DOCUMENTS", "REPORTS", "PRESCRIPTIONS")
ORDERED = ("ACTIVE", "RECORDED", "FULFILLED", "CANCELLED", "EXPIRED", "ENTERED_IN_ERROR")
REFERRED = ("DRAFT", "AWAITING_SIGNATURE", "ISSUED", "EXPIRED", "ACCEPTED", "DECLINED", "ANSWERED", "ANNULLED")
AUDITED = ("CLAIM_APPLICATION", "SUBMIT_APPLICATION", "APPROVE_APPLICATION", "SUSPEND_ACCREDITATION")
ACTS = ("claimApplication", "submitApplication", "approveApplication", "suspendAccreditation")


def quoted(value: str) -> str:
    """A text as GraphQL writes it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def instant(at: Any) -> str:
    """An instant as a client writes it."""
    return str(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


@dataclass
class Filters:
    """Chooses values that find something.

    Attributes:
        identity: how often somebody's identity is looked at, of all filters of people and of all their orders.
    """

    world: World
    random: Random
    identity: float = 0.12

    def drawn(self, name: str, *, always: str | None = None) -> str:
        """A filter of a type, as an argument; none where no field of it was chosen, and none must `always` be."""
        kind: Any = graph().core.type_map[name]
        share = 1.2 / len(kind.fields)
        chosen = [one for one in kind.fields if one == always or self._chance(f"{name}.{one}", share)]
        # A term that ends before it begins is an error, which says little.
        if {"person", "patient"} <= set(chosen):
            chosen.remove("patient")  # only the one or the other may be given
        for end, start in ENDS.items():
            if {end, start} <= set(chosen):
                chosen.remove(self.random.choice((end, start)))
        return f"filter: {{{', '.join(self.value(name, one) for one in chosen)}}}" if chosen else ""

    def value(self, name: str, field: str) -> str:
        """One field of a filter with a value."""
        return f"{field}: {self._makers[f'{name}.{field}']()}"

    def order(self, name: str) -> str:
        """An order of a type, as an argument."""
        chosen = self.orders(name)
        rare = [one for one in chosen if "BIRTH" in one]
        usual = [one for one in chosen if one not in rare]
        looks = rare and self.random.random() < 2 * self.identity
        return f"orderBy: {self.random.choice(rare if looks else usual)}"

    @staticmethod
    def orders(name: str) -> list[str]:
        """Every order by one term of a type."""
        kind: Any = graph().core.type_map[name]
        if isinstance(kind, GraphQLEnumType):
            return list(kind.values)
        terms = [""]
        for field, one in kind.fields.items():
            values: Any = get_named_type(one.type)
            terms = [f"{term}, {field}: {value}".lstrip(", ") for term in terms for value in values.values]
        return [f"[{{{term}}}]" for term in terms]

    def _chance(self, coordinate: str, share: float) -> bool:
        return self.random.random() < (self.identity if coordinate in IDENTITY else share)

    def _row(self, table: str) -> Mapping[str, Any]:
        rows = list(self.world.table(table))
        # Of people, those of the cast have most to be found.
        return self.random.choice(rows[:12] if table == "practitioner" and self.random.random() < 0.7 else rows)

    def _some(self, table: str, column: str) -> str:
        """A list of one value or two that rows have."""
        values = sorted({str(row[column]) for row in self.world.table(table) if row[column] is not None})
        return f"[{', '.join(map(quoted, self.random.sample(values, self.random.randint(1, min(2, len(values))))))}]"

    def _any(self, names: Iterable[str]) -> str:
        """A list of two of some names."""
        return f"[{', '.join(self.random.sample(sorted(names), 2))}]"

    def _beginning(self, table: str) -> str:
        return quoted(self._row(table)["sort_name"][: self.random.randint(1, 3)])

    def _number(self) -> str:
        """The beginning of a number of an organisation, or of its short name."""
        row = self._row("organization")
        text = str(row[self.random.choice(("ogrn", "inn", "oid", "short_name"))])
        return quoted(text[: self.random.randint(2, len(text))])

    def _registered(self) -> str:
        """The beginning of a number in the register of people."""
        number = str(self._row("practitioner")["registry_number"])
        return quoted(number[: self.random.randint(len(number) - 3, len(number))])

    def _day(self, table: str, column: str) -> str:
        found = {row[column] for row in self.world.table(table) if row[column] is not None}
        days = sorted({day.date() if isinstance(day, datetime) else day for day in found})
        return quoted(str(self.random.choice(days)))

    def _object(self) -> str:
        return quoted(f"app_{self._row('application')['id']}")

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[], str]]:
        return {
            "PractitionerFilter.search": self.random.choice(
                (lambda: self._beginning("practitioner"), self._registered)
            ),
            "PractitionerFilter.specialty": lambda: self._some("practitioner", "specialty_code"),
            "PractitionerFilter.region": lambda: self._some("organization", "region_code"),
            "PractitionerFilter.organization": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "PractitionerFilter.snils": lambda: quoted(self._row("practitioner")["snils"]),
            "PractitionerFilter.bornFrom": lambda: self._day("practitioner", "birth_on"),
            "PractitionerFilter.bornTo": lambda: self._day("practitioner", "birth_on"),
            "OrganizationFilter.search": self.random.choice((lambda: self._beginning("organization"), self._number)),
            "OrganizationFilter.region": lambda: self._some("organization", "region_code"),
            "AccreditationFilter.organization": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "AccreditationFilter.practitioner": lambda: quoted(f"prac_{self._row('practitioner')['id']}"),
            "AccreditationFilter.changedSince": lambda: quoted(instant(self.world.at - timedelta(days=1))),
            "ApplicationFilter.stage": lambda: self._any(STAGES),
            "ApplicationFilter.specialty": lambda: self._some("application", "specialty_code"),
            "ApplicationFilter.claimed": lambda: self.random.choice(("true", "false")),
            "ApplicationFilter.kind": lambda: self._any(KINDS_APPLIED_FOR),
            "ApplicationFilter.outcome": lambda: self._any(OUTCOMES),
            "ApplicationFilter.submittedFrom": lambda: self._day("application", "submitted_at"),
            "ApplicationFilter.submittedTo": lambda: self._day("application", "submitted_at"),
            "ApplicationFilter.dueFrom": lambda: self._day("application", "latest_on"),
            "ApplicationFilter.dueTo": lambda: self._day("application", "latest_on"),
            "ApplicationFilter.mine": lambda: self.random.choice(("true", "false")),
            "DocumentFilter.search": lambda: quoted(
                " ".join(one[:4] for one in self._row("document")["title"].split()[:2])
            ),
            "DocumentFilter.number": lambda: quoted(str(self._row("document")["number"])[: self.random.randint(3, 9)]),
            "DocumentFilter.createdFrom": lambda: self._day("document", "created_at"),
            "DocumentFilter.createdTo": lambda: self._day("document", "created_at"),
            "DocumentFilter.owner": lambda: quoted(f"prac_{self._row('practitioner')['id']}"),
            "DocumentFilter.organization": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "DocumentFilter.kind": lambda: f"[{self.random.choice(KINDS)}]",
            "DocumentFilter.status": lambda: self._some("document", "status").replace('"', ""),
            "DocumentFilter.issuedFrom": lambda: self._day("document", "issued_on"),
            "DocumentFilter.issuedTo": lambda: self._day("document", "issued_on"),
            "HistoryFilter.kind": lambda: self._any(RECORDED),
            "HistoryFilter.since": lambda: quoted(instant(self.world.at - timedelta(days=200))),
            "HistoryFilter.until": lambda: quoted(instant(self.world.at - timedelta(days=1))),
            "SlotFilter.organization": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "SlotFilter.department": lambda: quoted(f"dept_{self._row('department')['id']}"),
            "SlotFilter.practitioner": lambda: quoted(f"prac_{self._row('slot')['practitioner_id']}"),
            **dict.fromkeys(
                ("SlotFilter.since", "BookingFilter.since"),
                lambda: quoted(instant(self.world.at - timedelta(days=4))),
            ),
            **dict.fromkeys(
                ("SlotFilter.until", "BookingFilter.until"),
                lambda: quoted(instant(self.world.at + timedelta(days=6))),
            ),
            **dict.fromkeys(
                ("SlotFilter.freeOnly", "BookingFilter.standingOnly"), lambda: self.random.choice(("true", "false"))
            ),
            "TeleconsultationFilter.state": lambda: self._any(
                ("REQUESTED", "ACTIVE", "FINISHED", "CANCELLED", "EXPIRED")
            ),
            "EmergencyOpeningFilter.waiting": lambda: self.random.choice(("true", "false")),
            "AccessGrantFilter.module": lambda: self._any(MODULES),
            "AccessGrantFilter.kind": lambda: self._any(("ORDINARY", "REQUESTED", "EMERGENCY")),
            "AccessGrantFilter.inForce": lambda: self.random.choice(("true", "false")),
            "AccessGrantFilter.waiting": lambda: self.random.choice(("true", "false")),
            "AccessGrantFilter.organizationId": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "AppointmentFilter.function": lambda: self._any(("HRR", "EXP", "REG", "AUD", "SUPP", "ADM")),
            "AppointmentFilter.account": lambda: quoted(self._row("appointment")["subject"]),
            "AppointmentFilter.organizationId": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "AppointmentFilter.proposed": lambda: self.random.choice(("true", "false")),
            "AppointmentFilter.inForce": lambda: self.random.choice(("true", "false")),
            "OrganizationLinkFilter.state": lambda: self._any(("PENDING", "CONFIRMED", "REFUSED", "ENDED")),
            "RegistryRequestFilter.state": lambda: self._any(("PENDING", "APPROVED", "REJECTED", "LAPSED")),
            "RegistryRequestFilter.kind": lambda: self._any(("REGISTRATION", "CORRECTION")),
            "RegistryRequestFilter.mine": lambda: self.random.choice(("true", "false")),
            "ExchangeFilter.direction": lambda: "[OUTGOING]",
            "ExchangeFilter.status": lambda: self._any(("QUEUED", "ACCEPTED", "REJECTED", "DEAD")),
            "ExchangeFilter.counterpart": lambda: quoted(self.random.choice(("insurer-demo", "register-demo", "x"))),
            "ExchangeFilter.organizationId": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "InformationRequestFilter.state": lambda: self._any(("OPEN", "ANSWERED", "WITHDRAWN")),
            "InformationRequestFilter.organizationId": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "LockFilter.account": lambda: quoted(self._row("appointment")["subject"]),
            "LockFilter.inForce": lambda: self.random.choice(("true", "false")),
            "LockFilter.proposed": lambda: self.random.choice(("true", "false")),
            "TicketFilter.state": lambda: self._any(("OPEN", "ANSWERED", "CLOSED")),
            "TicketFilter.requestId": lambda: quoted(f"request-{self.random.randint(1, 9)}"),
            "OrderFilter.status": lambda: self._any(ORDERED),
            "OrderFilter.priority": lambda: self._any(("ROUTINE", "URGENT", "CITO")),
            "OrderFilter.departmentId": lambda: quoted(f"dept_{self._row('department')['id']}"),
            "OrderFilter.waiting": lambda: self.random.choice(("true", "false")),
            "ReferralFilter.direction": lambda: self.random.choice(("INCOMING", "OUTGOING")),
            "ReferralFilter.state": lambda: self._any(REFERRED),
            "ReferralFilter.kind": lambda: self._any(("HOSPITALIZATION", "CONSULTATION", "EXAMINATION", "LABORATORY")),
            "ProcedureReportFilter.organizationId": lambda: quoted(f"org_{self._row('organization')['id']}"),
            "ProcedureReportFilter.status": lambda: self._any(("SUBMITTED", "ACCEPTED", "RETURNED", "REPLACED")),
            "InquiryFilter.state": lambda: self.random.choice(("OPEN", "ENDED")),
            "InquiryFilter.patientId": lambda: quoted(f"pat_{self._row('inquiry')['patient_id']}"),
            "AuditFilter.since": lambda: quoted(instant(self.world.at - timedelta(days=1))),
            "AuditFilter.until": lambda: quoted(instant(self.world.at + timedelta(days=1))),
            "AuditFilter.action": lambda: self._any(AUDITED),
            "AuditFilter.act": lambda: self._any(map(quoted, ACTS)),
            "AuditFilter.object": self._object,
            "AuditFilter.person": lambda: quoted(self.random.choice(("prac_1", "prac_6", "org_1"))),
            "AuditFilter.patient": lambda: quoted(self.random.choice(("pat_1", "pat_17"))),
            "AuditFilter.opening": lambda: quoted(self.random.choice(("emrg_1", "emrg_99999999"))),
            "AuditFilter.verdict": lambda: self._any(("GIVEN", "ROLE", "ABSENT")),
            "AuditFilter.actor": lambda: quoted(self.random.choice(sorted(self.world.subjects.values()))),
        }
