"""The papers of an application (приложенные документы): what is missing, and what does not fit its place."""

from collections.abc import Callable, Iterator
from datetime import date

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.application.evidence import Paper
from resolvers.application.examination import Examination
from resolvers.months import months_after
from resolvers.rules import Slot
from resolvers.rules.procedure import EVIDENCE, RegistryEvidence
from sources.documents.document import USABLE

IDENTITY = ("family_name", "given_name", "birth_on", "snils")
TRAINING = "CPD"


def enclosures(case: Examination) -> Iterator[Problem]:
    """Problems of the documents, slot by slot; a slot may stay empty when the registry has the evidence itself."""
    slots = {slot.name: slot for slot in case.procedure.slots}
    places: dict[str, tuple[str, ...]] = {}
    for place, name in enumerate(case.draft.documents):
        places[name] = ("documents", str(place), "ids")
        if name not in slots:
            yield Problem(ProblemCode.FIELD_FORMAT, ("documents", str(place), "slot"), {"field": "slot"})
    for name, slot in slots.items():
        given = case.draft.documents.get(name, ())
        if not given and not spared(slot, case):
            yield Problem(ProblemCode.DOCUMENT_MISSING, places.get(name, ("documents",)), {"slot": name})
        for place, key in enumerate(given):
            path = (*places[name], str(place))
            paper = _own(key, case)
            if paper is None:
                yield Problem(ProblemCode.DOCUMENT_UNKNOWN, path, {"slot": name})
            elif reason := unsuitable(paper, slot, case.day):
                yield Problem(ProblemCode.DOCUMENT_NOT_SUITABLE, path, {"slot": name, "reason": reason})


def spared(slot: Slot, case: Examination) -> list[RegistryEvidence]:
    """What the registry knows that makes a slot unneeded; nothing, and it has to be filled."""
    return [reason for reason in EVIDENCE if reason in slot.spared_by and _SPARED_BY[reason](case)]


def proven(evidence: RegistryEvidence, case: Examination) -> bool:
    """Whether a fit paper is enclosed for what the registry does not know: whoever examines it, judges it."""
    return any(
        paper is not None and unsuitable(paper, slot, case.day) is None
        for slot in case.procedure.slots
        if evidence in slot.spared_by
        for paper in (_own(key, case) for key in case.draft.documents.get(slot.name, ()))
    )


def unsuitable(paper: Paper, slot: Slot, day: date) -> str | None:
    """Why a paper does not fit its place on a day: KIND, STATUS or EXPIRED; None when it does."""
    if paper.kind not in slot.kinds:
        return "KIND"
    if paper.status not in USABLE:
        return "STATUS"
    return "EXPIRED" if paper.expires_on is not None and paper.expires_on <= day else None


def _own(key: int, case: Examination) -> Paper | None:
    """A document of the applicant's; somebody else's looks like one that does not exist."""
    paper = case.evidence.documents.get(key)
    mine = paper is not None and paper.owner_id is not None and paper.owner_id == case.evidence.practitioner_id
    return paper if mine else None


def _trained(case: Examination) -> bool:
    """Whether the registry has further training in the specialty that is no older than the legal record lasts."""
    months = 12 * (case.procedure.legal_years or 0)
    return any(
        one.kind == TRAINING
        and case.asked_for(one.specialty_code)
        and case.day < months_after(one.completed_on, months)
        for one in case.evidence.educations
    )


def _served(case: Examination) -> bool:
    """Whether he worked as long as the rules ask, as a personnel office has confirmed."""
    months, service = case.procedure.service_months, case.evidence.service
    if months is None or not service.confirmed:
        return False
    return service.days(case.day) >= (case.day - months_after(case.day, -months)).days


# By the names that the rules use.
_SPARED_BY: dict[str, Callable[[Examination], bool]] = {
    "IDENTITY": lambda case: case.evidence.known.issuperset(IDENTITY),
    "EDUCATION": lambda case: case.studied,
    "TRAINING": _trained,
    "FIRST": lambda case: not case.permanent,
    "SERVICE": _served,
}
