"""What the stores say of a person, and for how long: the only ground on which roles stand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from auth.assurance import AGES, AUTHORITY_ZONE, Ages, Assurance

# The store that says whether a session has ended.
IDENTITY = "identity"
# What these may do is of the organisation where they hold the function; all others look beyond any organisation.
OF_ONE_ORGANIZATION = frozenset({"HRR", "MIS"})


class Work(StrEnum):
    """What somebody in a post does, as far as roles go."""

    DOCTOR = "DOCTOR"
    NURSE = "NURSE"
    DESK = "DESK"  # at the registration desk
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Practice:
    """What is practised in a post from an instant on.

    Attributes:
        specialties: those of a record that gives its holder a role in the post.
        trainees: those of a record of somebody who works in it under a supervisor.
    """

    since: datetime
    work: Work = Work.OTHER
    specialties: frozenset[str] = frozenset()
    trainees: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Post:
    """An employment: where, in which department, and what is practised in the post, since when."""

    organization_id: int
    department_id: int | None
    practices: tuple[Practice, ...]  # the earliest first
    starts_on: date
    ends_on: date | None  # the last day
    id: int = 0
    main: bool = False
    closes: bool = False  # it ends because its organisation does

    def practice(self, at: datetime) -> Practice | None:
        """What is practised in the post at an instant."""
        return next((one for one in reversed(self.practices) if one.since <= at), None)

    def in_force(self, day: date) -> bool:
        """Whether it is held on a day; the last day counts."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Lead:
    """A department that the person leads; without a department, an organisation that he heads."""

    organization_id: int
    department_id: int | None
    ends_on: date | None = None  # the last day; one that is closed is led by nobody

    def in_force(self, day: date) -> bool:
        """Whether it is led on a day; the last day counts."""
        return self.ends_on is None or day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Accredited:
    """A record of accreditation, as far as roles, and what they open, depend on it; it counts at its place alone.

    Attributes:
        attested: when all is attested that it takes besides, in spans from an instant and before another; None where
            it takes nothing.
    """

    id: int
    kind: str
    state: str
    valid_from: datetime
    valid_to: datetime | None
    base_id: int | None
    place_id: int | None
    supervisor_id: int | None = None
    specialty_code: str | None = None
    directions: tuple[str, ...] = ()
    attested: tuple[tuple[datetime, datetime | None], ...] | None = None

    def attested_at(self, at: datetime) -> bool:
        """Whether all that it takes besides is attested at an instant."""
        return self.attested is None or self._span(at) is not None

    def attested_until(self, at: datetime) -> datetime | None:
        """The instant from which that is so no longer; None without an end."""
        span = self._span(at)
        return None if span is None else span[1]

    def _span(self, at: datetime) -> tuple[datetime, datetime | None] | None:
        spans = self.attested or ()
        return next((one for one in spans if one[0] <= at and (one[1] is None or at < one[1])), None)


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person who works under the supervision of the viewer, by a record that counts at this place."""

    practitioner_id: int
    valid_from: datetime
    valid_to: datetime | None
    place_id: int | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether he is supervised at an instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A function given to the subject: HRR, EXP, REG, INS, PAT, MIS, AUD, SUPP, ADM or (demo profile) ALL.

    One at an organisation ends with it, if not before.
    """

    function: str
    organization_id: int | None
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A file that is open on the viewer, with the documents that its application encloses."""

    practitioner_id: int | None
    application_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    document_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """A consent to a version of the terms of access that was not taken back; a later version ends what it gives."""

    version: str
    valid_from: datetime
    valid_to: datetime | None


class Hindrance(StrEnum):
    """What stands in the way of an account, whatever else is known of it."""

    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    """It was locked: it has no role."""
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    """The register has a person of his СНИЛС, but of another name or day of birth."""
    SECOND_FACTOR_NOT_CONFIGURED = "SECOND_FACTOR_NOT_CONFIGURED"
    """It has no second factor that it could show."""


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Something that stands in the way of an account; without an end it does so until it is taken away."""

    what: Hindrance
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A module of access that somebody hands on to the person, and whose right it is; facts of his have no grants.

    Attributes:
        module: its name in `auth/granting.py`.
        department_id: of patients who lie there, and of bookings there, alone.
        patient_ids: of these patients alone; with neither, of all that the grantor reaches at the organisation.
        grantor_id: the practitioner whose right it is; the grant gives nothing while his account is another's.
        grantor: what the stores say of him now: a grant never gives more than that does.
        drug_classes: controlled medicines that the organisation lets the person prescribe, where its head gives it.
    """

    id: int
    module: str
    organization_id: int
    department_id: int | None
    patient_ids: tuple[int, ...]
    grantor_id: int
    grantor: "Facts"
    valid_from: datetime
    valid_to: datetime | None
    drug_classes: tuple[str, ...] = ()

    def in_force(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Lost:
    """Facts that could not be had: of which store, and with which code."""

    store: str
    code: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one signed-in subject, that is, an account; `lost` names those that are missing.

    `standing_in` is what stands in its way, as whoever looks after accounts and matches says.

    Times of validity are facts, whether they hold at an instant is not: the same facts serve any instant.

    Attributes:
        session: the session of ours under which he asks; none where he shows a token of another issuer.
        ended: ids of his sessions that have ended while what was given out for them may still be shown, and cookies
            that another one took the place of, as `outdated` names them.
    """

    subject: str
    assurance: Assurance
    practitioner_id: int | None = None
    posts: tuple[Post, ...] = ()
    leads: tuple[Lead, ...] = ()
    accreditations: tuple[Accredited, ...] = ()
    trainees: tuple[Trainee, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    cases: tuple[Case, ...] = ()
    lost: tuple[Lost, ...] = field(default=())
    terms: Terms | None = None
    grants: tuple[Grant, ...] = ()
    session: str | None = None
    ended: frozenset[str] = frozenset()
    standing_in: tuple[StandingIn, ...] = ()

    @property
    def over(self) -> bool:
        """Whether the session under which he asks has ended."""
        return self.session is not None and self.session in self.ended

    @property
    def believed(self) -> bool:
        """Whether anything may rest on them: nothing does once his session has ended, or while nobody can say."""
        return self.session is None or not (self.over or any(one.store == IDENTITY for one in self.lost))

    def hindered_by(self, what: Hindrance, at: datetime) -> bool:
        """Whether something stands in the way of the account at an instant."""
        return any(
            one.what is what and one.valid_from <= at and (one.valid_to is None or at < one.valid_to)
            for one in self.standing_in
        )

    def within(self, organizations: frozenset[int] | None) -> "Facts":
        """What is left of them for an account whose issuer may speak for these organisations alone; None for all.

        Functions that look beyond one organisation go, and with them the cases, wherever they are held. What the person
        holds himself stays: it gives a role only at a post.
        """
        if organizations is None:
            return self
        return replace(
            self,
            posts=tuple(one for one in self.posts if one.organization_id in organizations),
            leads=tuple(one for one in self.leads if one.organization_id in organizations),
            trainees=tuple(one for one in self.trainees if one.place_id in organizations),
            appointments=tuple(
                one
                for one in self.appointments
                if one.function in OF_ONE_ORGANIZATION and one.organization_id in organizations
            ),
            cases=(),
            grants=tuple(one for one in self.grants if one.organization_id in organizations),
        )

    def unchanged_until(self, at: datetime, ages: Ages = AGES) -> datetime:
        """The first instant after this one at which a term of the facts may begin or end; days do so at midnight."""
        midnight = midnight_after(at.astimezone(AUTHORITY_ZONE).date())
        terms: list[datetime | None] = [*self.assurance.changes(ages)]
        agreed = () if self.terms is None else (self.terms,)
        for held in (
            self.accreditations, self.trainees, self.appointments, self.grants, agreed, self.standing_in,
        ):  # fmt: skip
            terms += [end for one in held for end in (one.valid_from, one.valid_to)]
        terms += (end for one in self.accreditations for span in one.attested or () for end in span)
        for case in self.cases:
            terms += (case.opened_at, case.closed_at)
        terms += (grant.grantor.unchanged_until(at, ages) for grant in self.grants)
        return min([midnight, *(term for term in terms if term is not None and term > at)])


@lru_cache(maxsize=128)
def midnight_after(day: date) -> datetime:
    """The end of a legal day is the next midnight in the authority's zone."""
    return datetime.combine(day + timedelta(days=1), time(), AUTHORITY_ZONE).astimezone(UTC)
