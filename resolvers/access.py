"""The terms of access: what they say, and the acts by which the viewer agrees to them or takes that back.

Whoever is accredited works once he agreed. That he had shown his documents of qualification is looked at in the act:
so it is known with the consent itself, and what viewers are rests on no further store, whose loss would close the
cabinet to everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.batch import one
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.rules import access_terms
from sources import access as source
from sources.access import ConsentRecord
from sources.documents.document import USABLE, DocumentRecord, earliest_of
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Change, Unit


@dataclass(frozen=True, slots=True)
class AccessTermsView:
    """The terms in force, in the language of their reader."""

    version: str
    in_force_from: datetime
    text: str


@dataclass(kw_only=True)
class ConfirmAccessTermsInput(ActInput):
    """The version that was read and is agreed to."""

    version: str


@dataclass(kw_only=True)
class WithdrawAccessTermsInput(ActInput):
    """The consent that is taken back: there is one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTermsPayload:
    """What came of it; `key` is that of the viewer."""

    key: int = 0
    problems: list[ProblemView] = field(default_factory=list)


@one(None, AccessTermsView)
async def terms(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AccessTermsView]:
    """The terms that are in force at the operation's instant."""
    found = access_terms(ask.at)
    return dict.fromkeys(keys, AccessTermsView(found.version, found.in_force_from, found.text[ask.language]))


async def shown(context: Context, practitioner_id: int, at: datetime) -> DocumentRecord | None:
    """The first document of qualification that a person has shown, among those that are good."""
    kinds = access_terms(at).documents
    return await earliest_of(context.stores.documents, practitioner_id, kinds, USABLE, Ask(at).today)


async def confirm(context: Context, *, input: ConfirmAccessTermsInput) -> AccessTermsPayload:
    """Agree to the terms in force; done twice, it is as if done once."""

    async def do(unit: Unit) -> Effect | None:
        person, last = await _held(context, unit)
        wanted = access_terms(context.at).version
        if input.version != wanted:
            values = {"consent": "ACCESS_TERMS", "version": wanted}
            raise Hindered(Problem(ProblemCode.CONSENT_MISSING, ("version",), values))
        current = last is not None and last.ended_at is None
        if last is not None and current and last.version == wanted:
            await _look_again(context)
            return None
        document = await shown(context, person, context.at)
        if document is None:
            raise Hindered(Problem(ProblemCode.DOCUMENT_MISSING, (), {"slot": "QUALIFICATION"}))
        unit.rests_on(document, lambda: shown(context, person, context.at))
        at = _after(context, last)
        if current:
            await source.end(unit, person, at)
        grounds = {"terms": wanted, "document": encode(prefixes.DOCUMENT, document.id)}
        return _effect(person, "CONFIRMED", at, source.given(person, wanted, at), grounds)

    doing = Doing(context, "confirmAccessTerms", P.ACCESS_TERMS_WRITE, input, do)
    return await carried_out(doing, AccessTermsPayload)


async def withdraw(context: Context, *, input: WithdrawAccessTermsInput) -> AccessTermsPayload:
    """Take the consent back, and with it what records of accreditation give; done twice, it is as if done once."""

    async def do(unit: Unit) -> Effect | None:
        person, last = await _held(context, unit)
        if last is None or last.ended_at is not None:
            await _look_again(context)
            return None
        at = _after(context, last)
        return _effect(person, "WITHDRAWN", at, source.ended(person, at), {"terms": last.version})

    doing = Doing(context, "withdrawAccessTerms", P.ACCESS_TERMS_WRITE, input, do)
    return await carried_out(doing, AccessTermsPayload)


async def _held(context: Context, unit: Unit) -> tuple[int, ConsentRecord | None]:
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None:
        raise NotAllowed(OBJECT)
    last = await source.held(unit, facts.practitioner_id)
    reach("locked")
    return facts.practitioner_id, last


async def _look_again(context: Context) -> None:
    """It is done already, and at times since the viewer was looked at: he is shown as he is now."""
    await context.renew(context.at)


def _after(context: Context, last: ConsentRecord | None) -> datetime:
    return after(context.at, None if last is None else last.ended_at or last.confirmed_at)


def _effect(person: int, step: str, at: datetime, change: Change, grounds: dict[str, Any]) -> Effect:
    return Effect(
        at=at,
        outcome={},
        thing=encode(prefixes.PRACTITIONER, person),
        change=change,
        events=(("ACCESS_CHANGED", {"practitionerId": person, "step": step}),),
        grounds=grounds,
        turns=True,
    )
