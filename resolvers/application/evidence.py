"""What an application says, and what the stores say beside it: all that the requirements are checked on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(slots=True, kw_only=True)
class Draft:
    """What an application says; a field that its kind does not use may hold anything.

    Attributes:
        days: how long a TEMPORARY accreditation shall last, in calendar days.
        documents: keys of documents by the name of the slot that they fill.
        consents: the version agreed to, by kind of consent.
        phone, email: how the applicant wants to be reached; None leaves it at what the registry has.
        renews_id: the record whose place the next one shall take.
    """

    kind: str
    specialty_code: str | None = None
    organization_id: int | None = None
    purpose: str | None = None
    days: int | None = None
    supervisor_id: int | None = None
    base_id: int | None = None
    directions: tuple[str, ...] = ()
    documents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    consents: Mapping[str, str] = field(default_factory=dict)
    licence_number: str | None = None
    phone: str | None = None
    email: str | None = None
    renews_id: int | None = None


@dataclass(frozen=True, slots=True)
class Education:
    """One completed course of education in the registry; kinds are HIGHER, SECONDARY, RESIDENCY, RETRAINING, CPD."""

    kind: str
    specialty_code: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class Service:
    """How long somebody has worked by the register of workers, as a personnel office has confirmed it."""

    periods: tuple[tuple[date, date | None], ...] = ()
    confirmed: bool = False

    def days(self, until: date) -> int:
        """Days on which he worked at all, up to a day; the last day of a period counts."""
        total, covered = 0, date.min
        for starts_on, ends_on in sorted(self.periods, key=lambda period: period[0]):
            last = until if ends_on is None else min(ends_on, until)
            first = max(starts_on, covered)
            if first <= last:
                total += (last - first).days + 1
                covered = last + timedelta(days=1)
        return total


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of the old system; the last day is not counted."""

    specialty_code: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class Held:
    """A record of accreditation that somebody holds, and where it counts; the term is half-open."""

    id: int
    kind: str
    specialty_code: str | None
    state: str
    valid_from: datetime
    valid_to: datetime | None
    place_id: int | None = None
    base_id: int | None = None
    directions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the documents' store, whoever owns it: a person, or an institution (None)."""

    owner_id: int | None
    kind: str
    status: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of the organisation that is named; `ends_on` is the first day without it."""

    number: str
    status: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who is named as supervisor: his records in force, and where he works, as far as whoever asks may know it."""

    accreditations: tuple[Held, ...]
    organization_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Opened:
    """Another application of the same subject that is submitted and not done."""

    kind: str
    specialty_code: str | None


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What the stores say of the subject of an application, at the instant of the check.

    Attributes:
        practitioner_id: the applicant in the registry, or None.
        known: which of family_name, given_name, birth_on, snils, phone, email the registry has of him.
        service: where he worked, and whether a personnel office has confirmed it.
        organization_ids: where he is employed at the instant.
        accreditations: all his records, whether in force or not.
        documents: those of the documents named in the draft that are the applicant's own.
        licences: those of the organisation that the draft names.
        supervisor: who the draft names, if there is such a person.
        others: his other applications (those of the organisation, for ORGANISATIONAL) that are open.
        paid: whether a payment is confirmed.
        attested: where which kinds of attestation of the applicant are in force, as far as any are asked for.
    """

    practitioner_id: int | None
    known: frozenset[str] = frozenset()
    educations: tuple[Education, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    service: Service = Service()
    organization_ids: frozenset[int] = frozenset()
    accreditations: tuple[Held, ...] = ()
    documents: Mapping[int, Paper] = field(default_factory=dict)
    licences: tuple[Licence, ...] = ()
    supervisor: Supervisor | None = None
    others: tuple[Opened, ...] = ()
    paid: bool = False
    attested: frozenset[tuple[int, str]] = frozenset()
