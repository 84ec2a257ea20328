"""Acts on tickets of support: whoever is signed in opens one, even under a lock; support answers and closes it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import on_one_line, plain, unfit
from resolvers.identity.tickets import KEYS, LONGEST_REQUEST, PREFIX, by_id
from resolvers.rules import support
from sources.identity import ticket_acts as source
from sources.identity.sealed_text import sealed, sealed_too
from sources.identity.support import TicketRecord
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

LONGEST_SUBJECT: Final = 200
LONGEST_TEXT: Final = 4_000
MOST_REQUESTS: Final = 20
DAY: Final = timedelta(days=1)
C = ProblemCode


@dataclass(kw_only=True)
class SupportTicketInput(ActInput):
    """What support is asked for, and the ids of the requests that it is about."""

    subject: str
    text: str
    request_ids: list[str] | None = None


@dataclass(kw_only=True)
class AnswerTicketInput(VersionInput):
    """The answer to a ticket."""

    answer: str


@dataclass(kw_only=True)
class CloseTicketInput(VersionInput):
    """The ticket that is done with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPayload:
    """The ticket after the act."""

    ticket_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def open_(context: Context, *, input: SupportTicketInput) -> TicketPayload:
    """Ask support for something."""

    async def do(unit: Unit) -> Effect:
        subject, text = on_one_line(input.subject), plain(input.text)
        requests = [one.strip() for one in input.request_ids or ()]
        found = (unfit(subject, LONGEST_SUBJECT, "subject"), unfit(text, LONGEST_TEXT, "text"), _unfit(requests))
        if problems := [one for one in found if one is not None]:
            raise Hindered(*problems)
        me, most = context.viewer.subject or "", support(context.at).tickets_in_a_day
        if await source.opened_lately(unit, me, context.at - DAY) >= most:
            raise Hindered(Problem(C.TOO_OFTEN, (), {"again": (context.at + DAY).isoformat()}))
        key = await source.next_key(unit)
        row = await source.opened(
            unit,
            {
                "id": key,
                "account": me,
                "state": "OPEN",
                "request_ids": [*dict.fromkeys(requests)],
                "opened_at": context.at,
                "changed_at": context.at,
                **sealed(context.stores.identity, "support_ticket", key, {"subject": subject, "text": text}),
            },
        )
        return _effect(row, {"requests": row.request_ids})

    return await _carried_out(context, "supportTicket", P.SUPPORT_TICKET_OPEN, input, do)


async def answer(context: Context, *, input: AnswerTicketInput) -> TicketPayload:
    """Answer a ticket; an answer takes the place of one before."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input, P.SUPPORT_TICKET_ANSWER)
        text = plain(input.answer)
        if (problem := unfit(text, LONGEST_TEXT, "answer")) is not None:
            raise Hindered(problem, ticket_id=row.id)
        store = context.stores.identity
        said = sealed_too(store, "support_ticket", row.id, row.key, "answer", text)
        at = after(context.at, row.changed_at)
        made = await source.answered(unit, row.id, said, context.viewer.subject or "", at)
        return _effect(made, {"account": row.account})

    return await _carried_out(context, "answerTicket", P.SUPPORT_TICKET_ANSWER, input, do)


async def close(context: Context, *, input: CloseTicketInput) -> TicketPayload:
    """Close a ticket: support does, or whoever opened it."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input, P.SUPPORT_TICKET_CLOSE)
        made = await source.closed(unit, row.id, after(context.at, row.changed_at))
        return _effect(made, {"account": row.account})

    return await _carried_out(context, "closeTicket", P.SUPPORT_TICKET_CLOSE, input, do)


async def _carried_out(context: Context, act: str, permission: P, input: Any, do: Any) -> TicketPayload:
    return await carried_out(Doing(context, act, permission, input, do, into="identity"), TicketPayload)


async def _held(context: Context, unit: Unit, input: VersionInput, permission: P) -> TicketRecord:
    key, seen = decode(PREFIX, input.id), context.viewer[P.SUPPORT_TICKET_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
    reach("locked")
    row = there(found, seen, "id")
    require(context, permission, row, KEYS)
    as_it_was_read(row, input.expected_version, "TICKET", ticket_id=row.id)
    _see_it_open(row)
    return row


def _see_it_open(row: TicketRecord) -> None:
    """See to it that a ticket is not done with.

    Raises:
        Hindered: it is.
    """
    if row.state == "CLOSED":
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), ticket_id=row.id)


ON_TICKETS: Final = Target(
    PREFIX, by_id, P.SUPPORT_TICKET_READ, KEYS, KEYS,
    needs=frozenset({"state"}),
    then=lambda _, row: _see_it_open(row),
)  # fmt: skip


def _unfit(requests: list[str]) -> Problem | None:
    """What is wrong with ids of requests; whether there were such, nobody looks."""
    path = ("requestIds",)
    if len(requests) > MOST_REQUESTS:
        return Problem(C.FIELD_FORMAT, path, {"field": "requestIds"})
    for place, one in enumerate(requests):
        if not 0 < len(one) <= LONGEST_REQUEST or not one.isascii() or not one.isprintable():
            return Problem(C.FIELD_FORMAT, (*path, str(place)), {"field": "requestIds"})
    return None


def _effect(row: TicketRecord, grounds: dict[str, Any]) -> Effect:
    return Effect(
        at=row.changed_at,
        outcome={"ticket_id": row.id},
        thing=encode(PREFIX, row.id),
        grounds={"versionAfter": row.version, **grounds},
    )
