"""What a kind of accreditation asks for (требования вида), as a form shows it: the rules in the words of its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.batch import many
from resolvers.application.wishes import MOST_DOCUMENTS
from resolvers.context import Context
from resolvers.rules import CONSENT_TEXTS, Procedure, Slot, procedure
from resolvers.rules.procedure import DOCUMENTS, EVIDENCE, AccreditationKind, RegistryEvidence
from resolvers.wording.words import called
from sources.postgres.ask import LANGUAGES, Ask


@dataclass(frozen=True, slots=True)
class PaperSlot:
    """A place for documents, in the language of its reader; `most` is how many it takes."""

    name: str
    title: str
    kinds: list[str]
    most: int
    spared_by: list[RegistryEvidence]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text to agree to, in the language of its reader."""

    kind: str
    version: str
    text: str


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """How long something may last, in calendar days."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """How long the parts of an examination may take, in working days of the authority."""

    automatic: int
    earliest: int
    latest: int
    clarification: int


@dataclass(frozen=True, slots=True)
class ApplicationRules:
    """What one kind asks for, in one version of the rules."""

    kind: str
    version: str
    in_force_from: datetime
    authority: str
    slots: list[PaperSlot]
    consents: list[ConsentText]
    days: CalendarDays | None
    terms: WorkingDays
    purposes: list[str]
    directions: list[str]
    bases: list[str]
    supervisors: list[str]


@many(None, ApplicationRules)
async def rules(
    context: Context, keys: Sequence[None], ask: Ask, *, kind: AccreditationKind | None = None
) -> dict[None, list[ApplicationRules]]:
    """What each kind asks for at the operation's instant, or one of them."""
    wanted = AccreditationKind if kind is None else (kind,)
    return {None: [in_words(procedure(one.value, ask.at), ask.language) for one in wanted]}


def in_words(of: Procedure, language: str) -> ApplicationRules:
    """The rules of a kind in a language, ru or en."""
    return ApplicationRules(
        kind=of.kind,
        version=of.version,
        in_force_from=of.in_force_from,
        authority=of.authority,
        slots=[_slot(one, language) for one in of.slots],
        consents=[
            ConsentText(kind, version, CONSENT_TEXTS[kind, version][language]) for kind, version in of.consents.items()
        ],
        days=None if of.least_days is None or of.most_days is None else CalendarDays(of.least_days, of.most_days),
        terms=WorkingDays(of.automatic_days, of.earliest_days, of.latest_days, of.clarification_days),
        purposes=[*of.purposes],
        directions=[*of.directions],
        bases=[*of.bases],
        supervisors=[*of.supervisors],
    )


def _slot(of: Slot, language: str) -> PaperSlot:
    kinds = [kind for kind in DOCUMENTS if kind in of.kinds]
    spared_by = [reason for reason in EVIDENCE if reason in of.spared_by]
    return PaperSlot(of.name, called(of.name, LANGUAGES.index(language)), kinds, MOST_DOCUMENTS, spared_by)
