"""What an applicant says in a draft: fields that are given, taken back by null, or left as they are."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.free_text import on_one_line, unfit
from sources.books import BOOKS

LONGEST_CODE, LONGEST_CONTACT = 64, 254
MOST_SLOTS, MOST_DOCUMENTS, MOST_DIRECTIONS = 20, 20, 10


@dataclass(kw_only=True)
class FilledSlotInput:
    """Documents in a slot."""

    slot: str
    ids: list[str]


@dataclass(kw_only=True)
class ConsentInput:
    """A consent to one version of a text."""

    kind: str
    version: str


@dataclass(kw_only=True)
class Wishes:
    """The fields of a draft, whichever act gives them."""

    specialty_code: str | None = ABSENT
    organization_id: str | None = ABSENT
    purpose: str | None = ABSENT
    days: int | None = ABSENT
    supervisor_id: str | None = ABSENT
    base_id: str | None = ABSENT
    directions: list[str] | None = ABSENT
    documents: list[FilledSlotInput] | None = ABSENT
    consents: list[ConsentInput] | None = ABSENT
    licence_number: str | None = ABSENT
    phone: str | None = ABSENT
    email: str | None = ABSENT


def columns_of(wishes: Wishes, consents: Mapping[str, Mapping[str, str]], at: datetime) -> dict[str, Any]:
    """The columns that are given, in the words of the store; `consents` are those given before.

    What a draft says may be incomplete and wrong, but must be possible to keep.

    Raises:
        Hindered: fields that cannot be kept.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for one in fields(Wishes):
        value = getattr(wishes, one.name)
        if value is ABSENT:
            continue
        try:
            found |= _TAKEN[one.name](value) if one.name != "consents" else _consents(value, consents, at)
        except Hindered as hindered:
            problems += hindered.problems
    if problems:
        raise Hindered(*problems)
    return found


def _malformed(*path: str) -> Hindered:
    return Hindered(Problem(ProblemCode.FIELD_FORMAT, path, {"field": path[0]}))


def _text(column: str, name: str, longest: int) -> Callable[[str | None], dict[str, Any]]:
    def take(value: str | None) -> dict[str, Any]:
        text = on_one_line(value or "")
        if text and (problem := unfit(text, longest, name)) is not None:
            raise Hindered(problem)
        return {column: text or None}

    return take


def _key(column: str, name: str, prefix: str) -> Callable[[str | None], dict[str, Any]]:
    def take(value: str | None) -> dict[str, Any]:
        key = None if value is None else decode(prefix, value)
        if value is not None and key is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, (name,)))
        return {column: key}

    return take


def _directions(value: list[str] | None) -> dict[str, Any]:
    if value is not None and len(value) > MOST_DIRECTIONS:
        raise _malformed("directions")
    return {"directions": [str(one) for one in dict.fromkeys(value or ())]}


def _specialty(value: str | None) -> dict[str, Any]:
    found = _text("specialty_code", "specialtyCode", LONGEST_CODE)(value)
    # One that the book has not could not be shown again.
    if found["specialty_code"] is not None and found["specialty_code"] not in BOOKS.specialties.by_code:
        raise Hindered(Problem(ProblemCode.UNKNOWN_SPECIALTY, ("specialtyCode",)))
    return found


def places_of(value: Iterable[FilledSlotInput]) -> Iterator[tuple[tuple[str, ...], str, int | None]]:
    """Where each document stands in the input, its slot and its key, if its id can be one."""
    for entry, one in enumerate(value):
        for place, id in enumerate(one.ids):
            yield ("documents", str(entry), "ids", str(place)), on_one_line(one.slot), decode(prefixes.DOCUMENT, id)


def papers_of(value: list[FilledSlotInput] | None) -> dict[str, Any]:
    """The documents by slot, and all of them in the order of attachment.

    Raises:
        Hindered: documents that cannot be kept.
    """
    if value is not None and len(value) > MOST_SLOTS:
        raise _malformed("documents")
    problems = list(_unfit_slots(value or ()))
    papers: dict[str, list[int]] = {on_one_line(one.slot): [] for one in value or ()}
    for path, slot, key in places_of(value or ()):
        if key is None:
            problems.append(Problem(ProblemCode.DOCUMENT_UNKNOWN, path, {"slot": slot}))
        elif key not in papers[slot]:
            papers[slot].append(key)
    if problems:
        raise Hindered(*problems)
    return {"papers": papers, "document_ids": list(dict.fromkeys(key for keys in papers.values() for key in keys))}


def _unfit_slots(value: Iterable[FilledSlotInput]) -> Iterator[Problem]:
    for entry, one in enumerate(value):
        path = ("documents", str(entry))
        problem = unfit(on_one_line(one.slot), LONGEST_CODE, *path, "slot", missing=ProblemCode.FIELD_FORMAT)
        if problem is not None:
            yield problem
        if len(one.ids) > MOST_DOCUMENTS:
            yield Problem(ProblemCode.FIELD_FORMAT, (*path, "ids"), {"field": "ids"})


def _consents(
    value: list[ConsentInput] | None, before: Mapping[str, Mapping[str, str]], at: datetime
) -> dict[str, Any]:
    made: dict[str, Mapping[str, str]] = {}
    for place, one in enumerate(value or ()):
        version = on_one_line(one.version)
        if (problem := unfit(version, LONGEST_CODE, "consents", str(place), "version")) is not None:
            raise Hindered(problem)
        known = before.get(one.kind)
        # What was agreed to stays agreed to since then.
        given = {"version": version, "at": at.astimezone(UTC).isoformat()}
        made[str(one.kind)] = known if known is not None and known["version"] == version else given
    return {"consents": made}


_TAKEN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "specialty_code": _specialty,
    "organization_id": _key("organization_id", "organizationId", prefixes.ORGANIZATION),
    "purpose": lambda value: {"purpose": None if value is None else str(value)},
    "days": lambda value: {"days": value},
    "supervisor_id": _key("supervisor_id", "supervisorId", prefixes.PRACTITIONER),
    "base_id": _key("base_id", "baseId", prefixes.ACCREDITATION),
    "directions": _directions,
    "documents": papers_of,
    "licence_number": _text("licence_number", "licenceNumber", LONGEST_CODE),
    "phone": _text("phone", "phone", LONGEST_CONTACT),
    "email": _text("email", "email", LONGEST_CONTACT),
}
