"""What each kind of accreditation asks for, and how long its steps take, version by version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from resolvers.rules.reading import Table, midnight, versions

FILES = "procedures-*.json"


class AccreditationKind(StrEnum):
    """Kinds of the cabinet; the legal side is the procedure."""

    PERMANENT = "PERMANENT"
    TEMPORARY = "TEMPORARY"
    SPECIAL = "SPECIAL"
    REMOTE = "REMOTE"
    ORGANISATIONAL = "ORGANISATIONAL"


KINDS: tuple[str, ...] = tuple(AccreditationKind)
STAGES = ("RECEPTION", "CHECK", "APPROVAL")
CONSENTS = ("ACCREDITATION_TERMS", "PERSONAL_DATA")
DIRECTIONS = ("SURGERY", "RADIATION_DIAGNOSTICS", "LABORATORY")
PURPOSES = ("INTERNSHIP", "TEMPORARY_TASK", "AWAITING_DECISION")
LAPSES = ("REJECT",)
SUBJECTS = ("PERSON", "ORGANIZATION")
EDUCATION = ("FULL", "BASIC", "NONE")


class RegistryEvidence(StrEnum):
    """What the registries may know so that a paper is unneeded; `resolvers.application.enclosures` says when."""

    IDENTITY = "IDENTITY"
    EDUCATION = "EDUCATION"
    TRAINING = "TRAINING"
    FIRST = "FIRST"
    SERVICE = "SERVICE"


EVIDENCE = tuple(RegistryEvidence)
# Kinds of documents of which somebody may prove something with; clinical ones are nobody's papers.
DOCUMENTS = (
    "PASSPORT",
    "SNILS",
    "DIPLOMA",
    "RETRAINING",
    "CPD",
    "EXPERIENCE",
    "SIGNING_CERTIFICATE",
    "APPLICATION_FORM",
    "LICENCE",
    "ACCREDITATION",
    "REFERENCE",
    "DECISION",
    "QUALIFICATION_CERTIFICATE",
)

_OF_ALL = {
    "authority", "zone", "cutOff", "stages", "automaticDays", "earliestDays", "latestDays", "clarificationDays",
    "lapse", "recheckKeepsRights", "payment", "consents",
}  # fmt: skip
_OF_ONE = {
    "subject", "place", "licence", "education", "bases", "directions", "purposes", "leastDays", "mostDays",
    "supervisors", "legalYears", "renewalMonths", "serviceMonths", "refusedWhileSuspended", "slots",
    "attested",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for papers (место для документов): one document of any of the kinds fills it.

    Attributes:
        spared_by: what makes it unneeded when the registry knows it: any one of these.
    """

    name: str
    kinds: frozenset[str]
    spared_by: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One version of what a kind asks for. Days of terms are working days.

    Attributes:
        cut_off: the hour of the authority's day from which a submission counts for the next working day.
        stages: the stages used, in their order, from the first after DRAFT to the last before DONE.
        automatic_days: until the result of the automatic check; the decision has a term of its own.
        lapse: what becomes of an application whose clarification was not given in time: REJECT.
        recheck_keeps_rights: whether a record under a repeated check gives rights until the result.
        consents: versions of the texts that must be agreed to, by kind of consent.
        subject: PERSON or ORGANIZATION, who is accredited.
        place: whether the organisation must be named.
        licence: whether the number of that organisation's licence must be named.
        education: FULL, BASIC (enough to work under a supervisor) or NONE.
        bases: kinds of a record of the applicant's that it stands on; empty when it stands alone.
        least_days, most_days: bounds of its length in calendar days; None when its length is not asked for.
        supervisors: kinds of a record that a supervisor must hold; empty when there is none.
        legal_years: how long the legal record behind it lasts.
        renewal_months: how long before the end of the record the next may be applied for.
        service_months: how long somebody has to have worked for SERVICE to be known of him; None where it never is.
        refused_while_suspended: whether a suspended record of the specialty stands in its way; others are told of it.
        attested: whether attestations are asked for besides, by the list of the day.
    """

    version: str
    in_force_from: datetime
    kind: str
    authority: str
    zone: ZoneInfo
    cut_off: int
    stages: tuple[str, ...]
    automatic_days: int
    earliest_days: int
    latest_days: int
    clarification_days: int
    lapse: str
    recheck_keeps_rights: bool
    payment: bool
    consents: Mapping[str, str]
    subject: str = "PERSON"
    place: bool = False
    licence: bool = False
    education: str
    bases: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    least_days: int | None = None
    most_days: int | None = None
    supervisors: tuple[str, ...] = ()
    legal_years: int | None = None
    renewal_months: int | None = None
    service_months: int | None = None
    refused_while_suspended: bool = False
    attested: bool = False
    slots: tuple[Slot, ...] = ()


def read_procedures(folder: Path) -> tuple[Procedure, ...]:
    """Every kind of every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a kind is missing, two versions have one name or begin on one day.
    """
    found: list[Procedure] = []
    for file in versions(folder, FILES, {"version", "inForceFrom", "source", "every", "kinds"}):
        kinds = Table(f"{file.place}.kinds", file.raw("kinds"), known=KINDS)
        every = Table(f"{file.place}.every", file.raw("every"), known=_OF_ALL)
        found += [_procedure(file, every, kinds, kind) for kind in KINDS]
    return tuple(found)


def _procedure(file: Table, every: Table, kinds: Table, kind: str) -> Procedure:
    row = Table(f"{kinds.place}.{kind}", kinds.raw(kind), known=_OF_ALL | _OF_ONE).over(every)
    zone = row.zone("zone")
    latest = row.number("latestDays", 1, 250)
    least = row.number("leastDays", 1, 3650) if "leastDays" in row else None
    if row.texts("stages") != tuple(stage for stage in STAGES if stage in row.texts("stages", STAGES)):
        raise row.wrong("stages", "stages follow each other in another order")
    return Procedure(
        version=file.version("version"),
        in_force_from=midnight(file.day("inForceFrom"), zone),
        kind=kind,
        authority=row.text("authority"),
        zone=zone,
        cut_off=row.number("cutOff", 1, 24),
        stages=row.texts("stages", STAGES),
        automatic_days=row.number("automaticDays", 1, latest),
        earliest_days=row.number("earliestDays", 0, latest),
        latest_days=latest,
        clarification_days=row.number("clarificationDays", 1, 250),
        lapse=row.one_of("lapse", LAPSES),
        recheck_keeps_rights=row.flag("recheckKeepsRights"),
        payment=row.flag("payment"),
        consents=row.words("consents", CONSENTS),
        subject=row.one_of("subject", SUBJECTS) if "subject" in row else "PERSON",
        place="place" in row and row.flag("place"),
        licence="licence" in row and row.flag("licence"),
        education=row.one_of("education", EDUCATION),
        bases=row.texts("bases", KINDS) if "bases" in row else (),
        directions=row.texts("directions", DIRECTIONS) if "directions" in row else (),
        purposes=row.texts("purposes", PURPOSES) if "purposes" in row else (),
        least_days=least,
        most_days=row.number("mostDays", least or 1, 3650) if least is not None else None,
        supervisors=row.texts("supervisors", KINDS) if "supervisors" in row else (),
        legal_years=row.number("legalYears", 1, 50) if "legalYears" in row else None,
        renewal_months=row.number("renewalMonths", 1, 120) if "renewalMonths" in row else None,
        service_months=row.number("serviceMonths", 1, 600) if "serviceMonths" in row else None,
        refused_while_suspended="refusedWhileSuspended" in row and row.flag("refusedWhileSuspended"),
        attested="attested" in row and row.flag("attested"),
        slots=tuple(_slot(one) for one in row.rows("slots", known={"name", "kinds", "sparedBy"})),
    )


def _slot(row: Table) -> Slot:
    kinds = frozenset(row.texts("kinds", DOCUMENTS))
    if not kinds:
        raise row.wrong("kinds", "no document can fill it")
    return Slot(row.text("name"), kinds, frozenset(row.texts("sparedBy", EVIDENCE)))
