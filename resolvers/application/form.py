"""A form before there is a draft (форма заявления): what the register fills in and spares, what is lacking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from auth.counting import workplaces
from auth.role import RoleName
from engine.batch import one
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.problem_view import ProblemView, viewed
from resolvers.application import suggestions
from resolvers.application.asked import ApplicationRules, in_words
from resolvers.application.enclosures import spared
from resolvers.application.examination import Examination
from resolvers.application.gathering import draft_of, evidence_of
from resolvers.application.requirements import problems
from resolvers.application.suggestions import Suggestion
from resolvers.context import Context
from resolvers.rules import Procedure, procedure
from resolvers.rules.procedure import AccreditationKind, RegistryEvidence
from resolvers.viewer import complete
from sources.application import ApplicationRecord
from sources.postgres.ask import Ask


@dataclass(frozen=True)
class ApplicationFormOf:
    """What shall be applied for, as far as it is known."""

    kind: AccreditationKind
    specialty_code: str | None = None
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class FormSlot:
    """A slot for one applicant: what the register knows of him spares it, or nothing does."""

    name: str
    needed: bool
    spared_by: list[RegistryEvidence]


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """A form for one applicant."""

    rules: ApplicationRules
    slots: list[FormSlot]
    suggestions: list[Suggestion]
    lacks: list[ProblemView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """A draft that nobody has begun: as much of an `ApplicationRecord` as an examination looks at."""

    id: int = 0
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    specialty_code: str | None
    organization_id: int | None
    purpose: str | None = None
    days: int | None = None
    supervisor_id: int | None = None
    base_id: int | None = None
    directions: tuple[str, ...] = ()
    papers: str = "{}"
    consents: str = "{}"
    licence_number: str | None = None
    phone: str | None = None
    email: str | None = None
    renews_id: int | None = None


@one("registry", ApplicationForm)
async def form(context: Context, keys: Sequence[int], ask: Ask, *, of: ApplicationFormOf) -> dict[int, ApplicationForm]:
    """The viewer's form for a kind; none for whoever cannot apply for it.

    A field that is not said is filled in with the first suggestion: the form lacks what its reader has to add.
    """
    complete(context, "registry")
    rules, places = procedure(of.kind.value, ask.at), _places(context, of.kind, ask)
    suggested = suggestions.places(places, rules)
    chosen = (
        next(iter(places), None) if of.organization_id is None else decode(prefixes.ORGANIZATION, of.organization_id)
    )
    applicant = _applicant(context, rules, chosen, places)
    if applicant is None:
        return {}
    person, institution = applicant
    row = cast(
        ApplicationRecord,
        Imagined(
            kind=rules.kind,
            practitioner_id=person,
            holder_organization_id=institution,
            specialty_code=of.specialty_code,
            organization_id=chosen if rules.place else None,
        ),
    )
    evidence, _ = await evidence_of(context, context.stores.accreditation.fetch, row, deciding=False)
    case = Examination(draft_of(row), evidence, rules, ask.at)
    suggested += _filled_in(case)
    lacks = [viewed(problem, ask.language) for problem in problems(case.draft, evidence, rules, ask.at)]
    made = ApplicationForm(in_words(rules, ask.language), _slots(case), suggested, lacks)
    return dict.fromkeys(keys, made)


def _places(context: Context, kind: AccreditationKind, ask: Ask) -> list[int]:
    """Where the viewer works, or which institutions he heads."""
    if kind is not AccreditationKind.ORGANISATIONAL:
        return [*workplaces(context.viewer.facts, ask.at)]
    heading = [role for role in context.viewer.roles if role.name is RoleName.HED]
    return sorted({place for role in heading for place in role.organizations})


def _applicant(
    context: Context, rules: Procedure, chosen: int | None, places: Sequence[int]
) -> tuple[int | None, int | None] | None:
    """The person or the institution that would apply; none where the viewer cannot speak for it."""
    if rules.subject == "ORGANIZATION":
        return (None, chosen) if chosen in places else None
    facts = context.viewer.facts
    return None if facts is None or facts.practitioner_id is None else (facts.practitioner_id, None)


def _filled_in(case: Examination) -> list[Suggestion]:
    """What is suggested for a draft, which takes the first of it where it says nothing itself."""
    draft, found = case.draft, suggestions.specialties(case)
    if found and not draft.specialty_code:
        draft.specialty_code = found[0].specialty_code
    bases, directions, licences = suggestions.bases(case), suggestions.directions(case), suggestions.licences(case)
    draft.base_id = bases[0].accreditation_id if bases else None
    draft.directions = tuple(one.value for one in directions)
    draft.licence_number = licences[0].value if licences else None
    return [*found, *bases, *directions, *licences]


def _slots(case: Examination) -> list[FormSlot]:
    found = []
    for slot in case.procedure.slots:
        # Education that does not support the specialty spares nothing: a paper may prove other education.
        useless = {RegistryEvidence.EDUCATION} if case.unsupported else set()
        reasons = [reason for reason in spared(slot, case) if reason not in useless]
        found.append(FormSlot(slot.name, not reasons, reasons))
    return found
