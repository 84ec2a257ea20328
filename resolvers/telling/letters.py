"""What an event has to tell, and to whom; ids in, letters out, no I/O."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from resolvers.telling.texts import masked
from resolvers.telling.wishes import DEFAULTS, Wishes, channels
from sources.postgres.ask import AUTHORITY_ZONE

# For each step the template for the applicant, and for the officer who holds the case. Decisions are told by
# themselves, remarks not at all: an event does not say whom a remark is meant for.
_STEPS: Mapping[str, tuple[str | None, str | None]] = {
    "SUBMITTED": ("application_submitted", "officer_resubmitted"),
    "ADVANCED": ("application_advanced", None),
    "CLARIFICATION_REQUESTED": ("clarification_requested", None),
    "CLARIFIED": ("application_clarified", "officer_clarified"),
    "WITHDRAWN": ("application_withdrawn", "officer_withdrawn"),
    "LAPSED": ("application_lapsed", "officer_lapsed"),
}
_RECORD_STEPS: Mapping[str, str] = {
    "SUSPENDED": "accreditation_suspended",
    "REINSTATED": "accreditation_reinstated",
    "REVOKED": "accreditation_revoked",
    "RECHECK_REQUESTED": "accreditation_recheck",
}
_STAFF_STEPS: Mapping[str, str] = {
    "SUSPENDED": "staff_suspended",
    "REINSTATED": "staff_reinstated",
    "REVOKED": "staff_revoked",
    "RECHECK_REQUESTED": "staff_recheck",
}
STAFF = "STAFF_ACCREDITATION"
# What a message leads to; its words tell none of it.
_OBJECTS = frozenset({"applicationId", "accreditationId", "documentId", "practitionerId", "organizationId"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who can be told: the subject, and whether mail reaches a verified address."""

    subject: str
    reachable: bool


# To whom, of which kind, in which words.
Told = tuple[Person, str, str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the stores say of whatever events speak of, by key.

    Attributes:
        people: practitioners who have signed in.
        heads: for each organisation, its head.
        extracts: for each decided application the document of the decision.
        employers_of_applicants, employers_of_holders: for each application and each record, those who lead where its
            person works and may see it.
        wishes: by subject; a missing one has the defaults.
    """

    applications: Mapping[int, Any] = field(default_factory=dict)
    accreditations: Mapping[int, Any] = field(default_factory=dict)
    people: Mapping[int, Person] = field(default_factory=dict)
    heads: Mapping[int, Person] = field(default_factory=dict)
    extracts: Mapping[int, int] = field(default_factory=dict)
    employers_of_applicants: Mapping[int, Sequence[Person]] = field(default_factory=dict)
    employers_of_holders: Mapping[int, Sequence[Person]] = field(default_factory=dict)
    wishes: Mapping[str, Wishes] = field(default_factory=dict)

    def holder(self, said: Mapping[str, Any]) -> Person | None:
        """Whom something is about: the person, or the head of the organisation that holds it."""
        person, place = said.get("practitionerId"), said.get("organizationId")
        if person is not None:
            return self.people.get(person)
        return None if place is None else self.heads.get(place)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one subject; `unread` when the cabinet calls, `mailed` when mail goes out."""

    subject: str
    event_id: str | None
    kind: str
    at: datetime
    template: str
    parameters: Mapping[str, object]
    application_id: int | None
    accreditation_id: int | None
    document_id: int | None
    practitioner_id: int | None
    organization_id: int | None
    unread: bool
    mailed: bool


def letters(event_id: str, kind: str, at: datetime, said: Mapping[str, Any], known: Known) -> Iterator[Letter]:
    """The letters of one event; `said` is its payload."""
    for person, about, template, parameters in _told(kind, said, known):
        letter = addressed(person, about, template, parameters, at, known, event_id=event_id)
        if letter is not None:
            yield letter


def addressed(
    person: Person,
    kind: str,
    template: str,
    parameters: Mapping[str, object],
    at: datetime,
    known: Known,
    *,
    event_id: str | None = None,
    days: int | None = None,
) -> Letter | None:
    """A letter as its reader wants it; none when he wants it by no channel."""
    chosen = channels(known.wishes.get(person.subject, DEFAULTS), kind, days)
    if not chosen:
        return None
    about = {name: value for name, value in parameters.items() if name not in _OBJECTS}
    return Letter(
        person.subject,
        event_id,
        kind,
        at,
        template,
        about,
        _key(parameters, "applicationId"),
        _key(parameters, "accreditationId"),
        _key(parameters, "documentId"),
        _key(parameters, "practitionerId"),
        _key(parameters, "organizationId"),
        unread="CABINET" in chosen,
        mailed="EMAIL" in chosen and person.reachable,
    )


def concerns_employers(kind: str, said: Mapping[str, Any]) -> bool:
    """Whether those who lead where a person works are told of an event."""
    step = said.get("step")
    return kind == "DECISION_MADE" or (step == "SUBMITTED" if kind == "APPLICATION_CHANGED" else step in _STAFF_STEPS)


def ending(record: Any) -> dict[str, object]:
    """The parameters for a record whose term ends."""
    return {**_of_record(record), "last": last_day(record.valid_to).isoformat()}


def last_day(valid_to: datetime) -> date:
    """The last day of a term whose end is exclusive, in the zone of the authority."""
    local = valid_to.astimezone(AUTHORITY_ZONE)
    return date.fromordinal(local.date().toordinal() - (0 if local.time().replace(tzinfo=None) > _MIDNIGHT else 1))


_MIDNIGHT = datetime.min.time()


def _told(kind: str, said: Mapping[str, Any], known: Known) -> Iterable[Told]:
    match kind:
        case "APPLICATION_CHANGED":
            return _of_step(said, known)
        case "ACCREDITATION_CHANGED":
            return _of_record_step(said, known)
        case "DECISION_MADE":
            return _of_decision(said, known)
    return ()


def _of_step(said: Mapping[str, Any], known: Known) -> Iterator[Told]:
    for_applicant, for_officer = _STEPS.get(said.get("step") or "", (None, None))
    row = known.applications.get(said.get("applicationId") or 0)
    if row is None:
        return
    parameters = _of_application(row) | {"stage": said.get("stage")}
    holder, officer = known.holder(said), said.get("officer")
    if holder is not None and for_applicant is not None:
        template = "application_term" if for_applicant == "application_submitted" and row.latest_on else for_applicant
        yield holder, "APPLICATION_STATUS", template, parameters
    # An expert has no contacts in the register: the cabinet is where he is told.
    if officer is not None and for_officer is not None and (holder is None or holder.subject != officer):
        yield Person(officer, reachable=False), "APPLICATION_STATUS", for_officer, parameters
    if said.get("step") == "SUBMITTED":
        yield from _to_employers(known.employers_of_applicants, row, holder, "staff_submitted", parameters)


def _of_record_step(said: Mapping[str, Any], known: Known) -> Iterator[Told]:
    template = _RECORD_STEPS.get(said.get("step") or "")
    row = known.accreditations.get(said.get("accreditationId") or 0)
    holder = known.holder(said)
    if template is None or row is None:
        return
    if holder is not None:
        yield holder, "ACCREDITATION_STATUS", template, _of_record(row)
    staff = _STAFF_STEPS[said["step"]]
    yield from _to_employers(known.employers_of_holders, row, holder, staff, _of_record(row))


def _of_decision(said: Mapping[str, Any], known: Known) -> Iterator[Told]:
    row = known.applications.get(said.get("applicationId") or 0)
    if row is None:
        return
    place = {"practitionerId": row.practitioner_id, "organizationId": row.holder_organization_id}
    holder = known.holder(place)
    outcome = "rejected" if said.get("accreditationId") is None else "granted"
    parameters = _of_application(row) | {
        "protocol": said.get("protocolNumber"),
        "accreditationId": said.get("accreditationId"),
    }
    if holder is not None:
        # A person has yet to agree to the terms of access before the record gives him a role; an institution has not.
        institution = outcome == "granted" and row.practitioner_id is None
        template = "decision_granted_institution" if institution else f"decision_{outcome}"
        yield holder, "DECISION", template, {**parameters, "documentId": known.extracts.get(row.id)}
    yield from _to_employers(known.employers_of_applicants, row, holder, f"staff_{outcome}", parameters)


def _to_employers(
    employers: Mapping[int, Sequence[Person]],
    row: Any,
    holder: Person | None,
    template: str,
    parameters: Mapping[str, object],
) -> Iterator[Told]:
    for person in employers.get(row.id, ()):
        if holder is None or person.subject != holder.subject:
            yield person, STAFF, template, {**parameters, "practitionerId": row.practitioner_id}


def _of_application(row: Any) -> dict[str, object]:
    said: dict[str, object] = {"applicationId": row.id, "application": row.number, "kind": row.kind}
    if row.latest_on is not None:
        said["latest"] = row.latest_on.isoformat()
    if row.clarification_deadline is not None:
        said["clarification"] = last_day(row.clarification_deadline).isoformat()
    return said


def _of_record(row: Any) -> dict[str, object]:
    return {"accreditationId": row.id, "record": masked(row.registry_number), "kind": row.kind}


def _key(parameters: Mapping[str, object], name: str) -> int | None:
    value = parameters.get(name)
    return value if isinstance(value, int) else None
