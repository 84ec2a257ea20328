"""What an event has to tell, and to whom; ids in, letters out, no I/O."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from resolvers.telling.texts import masked
from resolvers.telling.wishes import DEFAULTS, Wishes, channels
from sources.ask import AUTHORITY_ZONE

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


@dataclass(frozen=True, slots=True)
class Person:
    """Who can be told: the subject, and whether mail reaches a verified address."""

    subject: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the stores say of whatever events speak of, by key.

    Attributes:
        people: practitioners who have signed in.
        heads: for each organisation, its head.
        wishes: by subject; a missing one has the defaults.
    """

    applications: Mapping[int, Any] = field(default_factory=dict)
    accreditations: Mapping[int, Any] = field(default_factory=dict)
    people: Mapping[int, Person] = field(default_factory=dict)
    heads: Mapping[int, Person] = field(default_factory=dict)
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
    about = {name: value for name, value in parameters.items() if name not in {"applicationId", "accreditationId"}}
    return Letter(
        person.subject,
        event_id,
        kind,
        at,
        template,
        about,
        _key(parameters, "applicationId"),
        _key(parameters, "accreditationId"),
        unread="CABINET" in chosen,
        mailed="EMAIL" in chosen and person.reachable,
    )


def ending(record: Any, days: int) -> tuple[str, dict[str, object]]:
    """The template and the parameters for a record of which the last day is so many days away."""
    last = last_day(record.valid_to)
    template = "accreditation_ends" if days else "accreditation_ended"
    return template, {**_of_record(record), "days": days, "last": last.isoformat()}


def last_day(valid_to: datetime) -> date:
    """The last day of a term whose end is exclusive, in the zone of the authority."""
    local = valid_to.astimezone(AUTHORITY_ZONE)
    return date.fromordinal(local.date().toordinal() - (0 if local.time().replace(tzinfo=None) > _MIDNIGHT else 1))


_MIDNIGHT = datetime.min.time()


def _told(kind: str, said: Mapping[str, Any], known: Known) -> Iterable[tuple[Person, str, str, Mapping[str, object]]]:
    match kind:
        case "APPLICATION_CHANGED":
            return _of_step(said, known)
        case "ACCREDITATION_CHANGED":
            return _of_record_step(said, known)
        case "DECISION_MADE":
            return _of_decision(said, known)
    return ()


def _of_step(said: Mapping[str, Any], known: Known) -> Iterator[tuple[Person, str, str, Mapping[str, object]]]:
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


def _of_record_step(said: Mapping[str, Any], known: Known) -> Iterator[tuple[Person, str, str, Mapping[str, object]]]:
    template = _RECORD_STEPS.get(said.get("step") or "")
    row = known.accreditations.get(said.get("accreditationId") or 0)
    holder = known.holder(said)
    if template is not None and row is not None and holder is not None:
        yield holder, "ACCREDITATION_STATUS", template, _of_record(row)


def _of_decision(said: Mapping[str, Any], known: Known) -> Iterator[tuple[Person, str, str, Mapping[str, object]]]:
    row = known.applications.get(said.get("applicationId") or 0)
    if row is None:
        return
    place = {"practitionerId": row.practitioner_id, "organizationId": row.holder_organization_id}
    holder = known.holder(place)
    template = "decision_rejected" if said.get("accreditationId") is None else "decision_granted"
    if holder is not None:
        parameters = _of_application(row) | {
            "protocol": said.get("protocolNumber"),
            "accreditationId": said.get("accreditationId"),
        }
        yield holder, "DECISION", template, parameters


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
