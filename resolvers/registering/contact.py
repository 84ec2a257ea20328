"""The acts by which somebody changes his phone and e-mail: a code goes there, and who shows it is reached there.

The code is looked at, and a wrong one is counted, before the act and whatever becomes of it; the register is changed
in the act. A code that was right may be shown again until the register has what it proves.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.batch import many
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.grounds import grounds_of
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.identifiers import without_filling
from resolvers.limits import Tried, allowed, failed, succeeded
from resolvers.registering import reached
from resolvers.registering.reached import ContactKind
from resolvers.rules.limits import FailureKind
from sources.identity import challenge as source
from sources.identity.challenge import ChallengeRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import Change, Left, Unit, writing
from sources.registering import origin, person

STORE: Final = "identity"
REGISTER: Final = "registry"
C = ProblemCode


@dataclass(kw_only=True)
class UpdateContactsInput(ActInput):
    """What shall be there instead; what is left out stays."""

    phone: str | None = None
    email: str | None = None


@dataclass(kw_only=True)
class RequestContactCodeInput(ActInput):
    """For which contact another code is wanted."""

    kind: ContactKind


@dataclass(kw_only=True)
class ConfirmContactInput(ActInput):
    """The code that came, and for which contact."""

    kind: ContactKind
    code: str


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """A contact that waits for its code."""

    kind: str
    sent_to: str
    expires_at: datetime
    resend_at: datetime
    attempts_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePayload:
    """What waits for a code after the act; `key` is that of the viewer."""

    key: int = 0
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPayload:
    """Whose contact it is."""

    practitioner_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@many("identity", ChallengeView)
async def challenges(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ChallengeView]]:
    """The viewer's contacts that wait for a code."""
    store, account = context.stores.identity, context.viewer.subject
    rows = [] if account is None else await source.challenges_of(store, account, ask.at)
    found = []
    for row in rows:
        value = source.value_of(store, row)
        if value is not None and row.proved_at is None:
            left = max(0, source.ATTEMPTS - row.attempts)
            sent_to = reached.masked(row.kind, value)
            found.append(ChallengeView(row.kind, sent_to, row.expires_at, row.made_at + source.RESEND, left))
    return dict.fromkeys(keys, found)


async def update(context: Context, *, input: UpdateContactsInput) -> ChallengePayload:
    """Send a code to each new contact."""

    async def do(unit: Unit) -> Effect:
        account, _ = _whose(context)
        wanted = _wanted(context, input)
        held = {kind: await source.held(unit, account, kind) for kind in wanted}
        reach("locked")
        for kind, last in held.items():
            _in_time(last, context.at, kind.lower())
        return _sent(context, account, [(kind, value, held[kind]) for kind, value in wanted.items()])

    doing = Doing(context, "updateContacts", P.PRACTITIONER_CONTACT_WRITE, input, do, STORE)
    return await carried_out(doing, ChallengePayload)


async def request_code(context: Context, *, input: RequestContactCodeInput) -> ChallengePayload:
    """Send another code in the place of the last."""

    async def do(unit: Unit) -> Effect:
        account, _ = _whose(context)
        kind = ContactKind(input.kind).value
        last = await source.held(unit, account, kind)
        reach("locked")
        value = None if last is None else source.value_of(context.stores.identity, last)
        if last is None or value is None:
            raise Hindered(Problem(C.NOT_FOUND, ("kind",)))
        _in_time(last, context.at, "kind")
        _by(context, kind, "kind")
        return _sent(context, account, [(kind, value, last)])

    doing = Doing(context, "requestContactCode", P.PRACTITIONER_CONTACT_WRITE, input, do, STORE)
    return await carried_out(doing, ChallengePayload)


async def confirm(context: Context, *, input: ConfirmContactInput) -> ContactPayload:
    """Show the code: from here on the register has the contact."""
    kind = ContactKind(input.kind).value
    shown: list[tuple[ChallengeRecord, str]] = []

    async def first() -> None:
        shown[:] = [await _shown(context, kind, input.code)]

    async def do(unit: Unit) -> Effect:
        _, key = _whose(context)
        if not shown:  # the key of this act was spent, and what was done under it is answered
            raise Hindered(Problem(C.CODE_EXPIRED, ("code",)))
        at = after(context.at, None)
        await person.reached_by(unit, key, kind, shown[0][1], at)
        await origin.noted(unit, key, [kind], "CODE", at)
        thing = encode(prefixes.PRACTITIONER, key)
        return Effect(at=at, outcome={"practitioner_id": key}, thing=thing, grounds={"contact": kind})

    doing = Doing(context, "confirmContact", P.PRACTITIONER_CONTACT_WRITE, input, do, REGISTER, first)
    payload = await carried_out(doing, ContactPayload)
    if shown and not payload.problems:
        # Where the store is lost it ends by itself within minutes, and proves nothing that is not known.
        with suppress(SourceFailure):
            await source.spent(context.stores.identity, shown[0][0])
    return payload


def _whose(context: Context) -> tuple[str, int]:
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None:
        raise NotAllowed(OBJECT)
    return facts.subject, facts.practitioner_id


def _wanted(context: Context, input: UpdateContactsInput) -> dict[str, str]:
    """The contacts that are to be proved, by kind.

    Raises:
        Hindered: saying all that is wrong.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for kind, given, read in (
        (ContactKind.PHONE, input.phone, reached.phone),
        (ContactKind.EMAIL, input.email, reached.email),
    ):
        name = kind.value.lower()
        if given is None:
            continue
        value = read(given)
        if value is None:
            problems.append(Problem(C.FIELD_FORMAT, (name,), {"field": name}))
        else:
            found[kind.value] = value
            problems += _unavailable(context, kind.value, name)
    if not found and not problems:
        problems.append(Problem(C.FIELD_REQUIRED, ("phone",), {"field": "phone"}))
    if problems:
        raise Hindered(*problems)
    return found


def _unavailable(context: Context, kind: str, *path: str) -> list[Problem]:
    return [] if kind in context.reachable_by else [Problem(C.CHANNEL_UNAVAILABLE, path)]


def _by(context: Context, kind: str, *path: str) -> None:
    if problems := _unavailable(context, kind, *path):
        raise Hindered(*problems)


def _in_time(last: ChallengeRecord | None, at: datetime, *path: str) -> None:
    """That another code may be sent by now.

    Raises:
        Hindered: one was sent just now, or too many were within a day.
    """
    if last is None:
        return
    if at < last.made_at + source.RESEND:
        again = (last.made_at + source.RESEND).isoformat()
        raise Hindered(Problem(C.TOO_EARLY, path, {"again": again}))
    if last.codes >= source.MOST_CODES and at < last.counted_from + source.DAY:
        again = (last.counted_from + source.DAY).isoformat()
        raise Hindered(Problem(C.TOO_OFTEN, path, {"again": again}))


def _sent(context: Context, account: str, wanted: list[tuple[str, str, ChallengeRecord | None]]) -> Effect:
    """The challenges with their codes, which are sent once the act is done."""
    at = after(context.at, None)
    texts: list[str] = []
    values: list[Any] = []
    for number, (kind, value, last) in enumerate(wanted):
        made = source.made(
            context.stores.identity, account, kind, value, at,
            session=_session(context), language=context.language, last=last, number=number,
        )  # fmt: skip
        texts.append(made.text)
        values += made.values
    _, key = _whose(context)
    thing = encode(prefixes.PRACTITIONER, key)
    return Effect(
        at=at,
        outcome={},
        thing=thing,
        change=Change(", ".join(texts), tuple(values)),
        events=(("CODE_WANTED", {"object": thing, "practitionerId": key}),),
        grounds={"contacts": [kind for kind, _, _ in wanted]},
    )


async def _shown(context: Context, kind: str, code: str) -> tuple[ChallengeRecord, str]:
    """The challenge that a code proves, and the contact; a wrong code is counted for good.

    Raises:
        Hindered: it is none.
    """
    account, _ = _whose(context)
    at = context.at
    who = Tried(account, None if context.whence is None else context.whence(), _session(context))
    tries = await allowed(context.stores, FailureKind.CODE, who, at)
    if not tries.ok:
        raise Hindered(Problem(C.TOO_OFTEN, ("code",), {"again": (tries.until or at).isoformat()}))
    found = await _looked_at(context, kind, code)
    if not isinstance(found, Problem):
        with suppress(SourceFailure):
            await succeeded(context.stores, FailureKind.CODE, who, at)
        return found
    if found.code is C.CODE_WRONG:
        # Of one code so many may be tried; who tries code after code is locked out for a while.
        await failed(context.stores, FailureKind.CODE, who, at)
    raise Hindered(found)


async def _looked_at(context: Context, kind: str, code: str) -> tuple[ChallengeRecord, str] | Problem:
    """The challenge that a code proves, and the contact; or why it proves none, which is noted."""
    account, key = _whose(context)
    store, at = context.stores.identity, context.at
    async with writing(store) as unit:
        row = await source.held(unit, account, kind)
        over = row is None or row.expires_at <= at or row.attempts >= source.ATTEMPTS
        value = None if row is None or over else source.value_of(store, row)
        if row is None or value is None:
            problem = Problem(C.CODE_EXPIRED, ("code",))
        elif row.session == _session(context) and source.is_code(store, row, without_filling(code)):
            await source.proved(unit, row, at)
            return row, value
        else:
            await source.missed(unit, row)
            problem = Problem(C.CODE_WRONG, ("code",), {"left": source.ATTEMPTS - row.attempts - 1})
        grounds = {**grounds_of(context), "contact": kind, "refused": problem.code.value}
        thing = encode(prefixes.PRACTITIONER, key)
        await unit.leave(Left(at=at, events=(), subject=account, act="confirmContact", thing=thing, grounds=grounds))
    return problem


def _session(context: Context) -> str | None:
    """The session in which somebody asks, where there is one: a code of another device proves nothing here."""
    facts = context.viewer.facts
    return None if facts is None else facts.session
