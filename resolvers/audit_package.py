"""The act by which the auditor has a package of the chain made, and the ticket by which he alone fetches it, once."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from auth.compact import encoded
from resolvers.acts.grounds import grounds_of
from resolvers.acts.problem import Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView, viewed
from resolvers.context import Context
from sources.chain import span
from sources.journal import packages as source

# Of how many days a package can be, and of how many entries.
LONGEST_DAYS: Final = 366
MOST_ENTRIES: Final = 500_000
# How often somebody has one made within a day, and how long he has to fetch it.
MOST_IN_A_DAY: Final = 20
LASTS: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)
_TICKET: Final = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{43})")


@dataclass(kw_only=True)
class ExportAuditInput:
    """Of which time the package is; the end does not belong to it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that can be fetched: where, until when, from which position to which."""

    path: str
    ends_at: datetime
    first_position: int | None
    last_position: int | None
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAuditPayload:
    """What came of it."""

    package: Package | None = None
    problems: list[ProblemView] = field(default_factory=list)


def package_of(package: Package | None) -> Package | None:
    """The package of a payload."""
    return package


async def export(context: Context, *, input: ExportAuditInput) -> ExportAuditPayload:
    """Have a package made of all entries of a time, and of what arrived between them: a chain has no gaps.

    Raises:
        SourceFailure: the journal did not answer.
    """
    problems = [*_problems(context, input)]
    made = None
    if not problems:
        made = await _made(context, input, problems)
    return ExportAuditPayload(package=made, problems=[viewed(one, context.language) for one in problems])


def ticket(secret: bytes, key: int, subject: str) -> str:
    """The ticket of an account: nobody else can make it, and nobody else can use it."""
    return f"{key}-{_proof(secret, key, subject)}"


def key_of(secret: bytes, text: str, subject: str) -> int | None:
    """The key of a ticket that is the account's own; None of any other text."""
    found = _TICKET.fullmatch(text)
    if found is None or not hmac.compare_digest(found[2], _proof(secret, int(found[1]), subject)):
        return None
    return int(found[1])


def fetched(context: Context, key: int) -> str:
    """The grounds of the entry that a package was fetched, as JSON."""
    return json.dumps({**grounds_of(context), "ticket": key})


async def _made(context: Context, input: ExportAuditInput, problems: list[Problem]) -> Package | None:
    journal, subject = context.stores.journal, context.viewer.subject or ""
    first, last = await span(journal, input.since, input.until) or (1, 0)
    if (entries := last - first + 1) > MOST_ENTRIES:
        problems.append(Problem(ProblemCode.EXPORT_TOO_LARGE, ("until",), {"most": MOST_ENTRIES}))
        return None
    said: Mapping[str, Any] = {
        **grounds_of(context),
        "since": input.since.astimezone(UTC).isoformat(),
        "until": input.until.astimezone(UTC).isoformat(),
        "first": first,
        "last": last,
    }
    try:
        made = await source.make(
            journal, subject, (input.since, input.until), (first, last), context.at, LASTS, MOST_IN_A_DAY,
            json.dumps(said),
        )  # fmt: skip
    except source.TooOften as often:
        problems.append(Problem(ProblemCode.TOO_OFTEN, (), {"again": often.again_at.isoformat()}))
        return None
    return Package(
        path=f"/audit/{ticket(context.cursor_key, made.id, subject)}",
        ends_at=made.ends_at,
        first_position=first if entries else None,
        last_position=last if entries else None,
        entries=entries,
    )


def _problems(context: Context, input: ExportAuditInput) -> Iterator[Problem]:
    if not context.seals:
        yield Problem(ProblemCode.EXPORT_NOT_SET_UP)
    if input.until <= input.since:
        yield Problem(ProblemCode.DATES_OUT_OF_ORDER, ("until",), {"field": "until"})
    elif input.until - input.since > LONGEST_DAYS * _DAY:
        yield Problem(ProblemCode.TERM_OUT_OF_RANGE, ("until",), {"least": 1, "most": LONGEST_DAYS})


def _proof(secret: bytes, key: int, subject: str) -> str:
    said = f"package of the journal\n{key}\n{subject}".encode("utf-8", "surrogatepass")
    return encoded(hmac.digest(secret, said, hashlib.sha256))
