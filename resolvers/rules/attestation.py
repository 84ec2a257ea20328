"""What an accreditation for telemedicine takes besides (перечень подтверждений), and when all of it is there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from resolvers.rules.procedure import DOCUMENTS
from resolvers.rules.reading import Table, versions

FILES = "attestations-*.json"
# From one instant on, and before another; without that, for ever.
Span = tuple[datetime, datetime | None]


class AttestationKind(StrEnum):
    """What is attested."""

    CHANNEL = "CHANNEL"
    WORKPLACE = "WORKPLACE"
    CERTIFIED_PROTECTION = "CERTIFIED_PROTECTION"
    TELEMEDICINE_POINT = "TELEMEDICINE_POINT"
    PERSONAL_DATA_ATTESTATION = "PERSONAL_DATA_ATTESTATION"


KINDS: Final = frozenset(AttestationKind)


@dataclass(frozen=True, slots=True)
class AttestationRule:
    """One line of the list.

    Attributes:
        title: by language.
        most_days: how many days it lasts at most.
        documents: the kinds of document that may stand for it.
    """

    kind: str
    title: Mapping[str, str]
    most_days: int
    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class AttestationRules:
    """One version of the list, in its order."""

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    required: Mapping[str, AttestationRule]


def read_attestations(folder: Path) -> tuple[AttestationRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, says one thing twice or nothing at all, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "attestations"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> AttestationRules:
    required: dict[str, AttestationRule] = {}
    for row in file.rows("attestations", {"kind", "mostDays", "title", "documents"}):
        kind = row.one_of("kind", KINDS)
        if kind in required:
            raise row.wrong("kind", f"{kind} stands twice")
        documents = frozenset(row.texts("documents", DOCUMENTS))
        required[kind] = AttestationRule(kind, row.translated("title"), row.number("mostDays", 1, 3_650), documents)
    if not required:
        raise file.wrong("attestations", "nothing is asked for")
    return AttestationRules(file.version("version"), file.begins(), file.zone("zone"), MappingProxyType(required))


def complete(lists: Sequence[AttestationRules], held: Iterable[tuple[str, datetime, datetime]]) -> tuple[Span, ...]:
    """When all that the list of its time asks for is in force: spans in their order, none of which touch.

    `held` are attestations: kind, from, and before when.
    """
    by_kind: dict[str, list[Span]] = {}
    for kind, since, until in held:
        if since < until:
            by_kind.setdefault(kind, []).append((since, until))
    found: list[Span] = []
    for number, one in enumerate(lists):
        after = lists[number + 1].in_force_from if number + 1 < len(lists) else None
        # Before the first version, as the first.
        since = datetime.min.replace(tzinfo=one.in_force_from.tzinfo) if number == 0 else one.in_force_from
        spans: list[Span] = [(since, after)]
        for kind in one.required:
            spans = [*_shared(spans, [*_merged(by_kind.get(kind, ()))])]
        found += spans
    return tuple(_merged(found))


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """The same time as spans of which none touch; in their order."""
    open_: Span | None = None
    for since, until in sorted(spans, key=lambda one: one[0]):
        if open_ is None:
            open_ = since, until
        elif open_[1] is None or since <= open_[1]:
            ends = None if open_[1] is None or until is None else max(open_[1], until)
            open_ = open_[0], ends
        else:
            yield open_
            open_ = since, until
    if open_ is not None:
        yield open_


def _shared(first: Iterable[Span], second: Sequence[Span]) -> Iterator[Span]:
    for since, until in first:
        for begins, ends in second:
            late = max(since, begins)
            early = min((one for one in (until, ends) if one is not None), default=None)
            if early is None or late < early:
                yield late, early
