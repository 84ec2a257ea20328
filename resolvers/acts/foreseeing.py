"""What acts would say of objects before they are done: the rights, rules and steps of the acts themselves.

An act declares what it is done to (`Target`), with its own checks as functions. The rows of all objects are read in one
statement for each kind of them, narrowed to what the viewer sees, and looked at as the act would look at them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.counting import accredited, admitted, held_posts
from auth.granting import GIVEN
from auth.permissions import Permission
from auth.policy import POLICY
from auth.rights import SECOND_FACTOR
from auth.role import RoleName as R
from engine.act import NotAllowed, Target
from engine.errors import BadArgument, Finding
from engine.global_id import split
from engine.rights import Keys, Reason, Verdict
from resolvers.acts.problem import Hindered, ProblemCode
from resolvers.context import Context
from sources.postgres.ask import Ask

MOST_OBJECTS: Final = 50
MOST_ACTS: Final = 20
# What an accreditation gives, once its holder agrees to the terms of access.
_ACCREDITED: Final = frozenset({R.TMP, R.DOC, R.NUR})
# Nobody has a role that could give it, or it is about somebody else's object: access that is handed on might.
_LACKING: Final = frozenset({"ROLE", "OBJECT"})


class ActState(StrEnum):
    """Whether the viewer may do something now, and what is missing if not."""

    ALLOWED = "ALLOWED"
    NEEDS_SECOND_FACTOR = "NEEDS_SECOND_FACTOR"
    NEEDS_CONSENT = "NEEDS_CONSENT"
    NEEDS_GRANT = "NEEDS_GRANT"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_TOLD = "NOT_TOLD"


@dataclass(frozen=True, slots=True)
class StepUpView:
    """Where a second factor is shown, and how old in seconds it may be then; no address where it is shown nowhere."""

    url: str | None
    max_age: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is foreseen of an act, or of a permission.

    Attributes:
        reason: that of the refusal, or the code of the problem; None where it is allowed.
    """

    state: str
    reason: str | None = None
    step_up: StepUpView | None = None


@dataclass(frozen=True, slots=True)
class CanActView:
    """What is foreseen of an act on an object, and until when at the latest it stays so."""

    act: str
    object: str
    state: str
    reason: str | None
    step_up: StepUpView | None
    until: datetime | None


ALLOWED: Final = Foreseen(ActState.ALLOWED)
NOT_TOLD: Final = Foreseen(ActState.NOT_TOLD)
NOT_THERE: Final = Foreseen(ActState.NOT_ALLOWED, ProblemCode.NOT_FOUND.value)


async def foreseen(context: Context, acts: Sequence[str], objects: Sequence[str], ask: Ask) -> list[CanActView]:
    """What each of the acts would say of each of the objects, act by act in the order that was asked for.

    Raises:
        BadArgument: there are too many.
        SourceFailure: a store of the objects is lost.
    """
    for name, given, most in (("acts", acts, MOST_ACTS), ("objects", objects, MOST_OBJECTS)):
        if len(given) > most:
            raise BadArgument(name, f"expected at most {most}", Finding.TOO_MANY, most=most)
    rows = await _rows(context, acts, objects, ask)
    until = context.viewer.standing.until
    found: list[CanActView] = []
    for act in dict.fromkeys(acts):
        for thing in dict.fromkeys(objects):
            told = _of(context, act, thing, rows)
            ends = until if told is ALLOWED else None
            found.append(CanActView(act, thing, told.state, told.reason, told.step_up, ends))
    return found


def at_all(context: Context, permission: str) -> Foreseen:
    """Whether the viewer may do at all what takes a permission; on which objects, these say."""
    verdict = context.viewer[permission]
    return refused(context, permission, verdict.refusal_at_all()) if verdict.never else ALLOWED


def refused(context: Context, permission: str, reason: Reason) -> Foreseen:
    """What is missing for what is refused."""
    if reason.word == SECOND_FACTOR and reason.step_up is not None:
        door = context.step_up
        url = None if door is None else f"{door}?max_age={reason.step_up}"
        return Foreseen(ActState.NEEDS_SECOND_FACTOR, reason.word, StepUpView(url, reason.step_up))
    state = ActState.NOT_ALLOWED
    if reason.word in _LACKING:
        if _would_be_admitted(context, permission):
            state = ActState.NEEDS_CONSENT
        elif permission in GIVEN and _works(context):
            state = ActState.NEEDS_GRANT
    return Foreseen(state, reason.word)


def _would_be_admitted(context: Context, permission: str) -> bool:
    """Whether the consent to the terms of access is what keeps his accreditation from giving it."""
    facts, row = context.viewer.facts, POLICY[Permission(permission)]
    if facts is None or admitted(facts, context.at) or _ACCREDITED.isdisjoint(row):
        return False
    return bool(accredited(facts, context.at))


def _works(context: Context) -> bool:
    facts = context.viewer.facts
    return facts is not None and bool(held_posts(facts, context.at))


async def _rows(
    context: Context, acts: Iterable[str], objects: Iterable[str], ask: Ask
) -> Mapping[str, Mapping[int, Any]]:
    """The objects that the viewer sees, by prefix and key: one statement for each kind that an act is done to."""
    keys: dict[str, list[int]] = {}
    for thing in dict.fromkeys(objects):
        if (parts := split(thing)) is not None:
            keys.setdefault(parts[0], []).append(parts[1])
    targets: dict[str, list[tuple[Verdict, Target]]] = {}
    for act in dict.fromkeys(acts):
        permission, made = context.acts[act]
        verdict = context.viewer[permission]
        if not verdict.never:
            for target in made.on:
                targets.setdefault(target.prefix, []).append((verdict, target))
    found: dict[str, Mapping[int, Any]] = {}
    for prefix in keys.keys() & targets.keys():
        asked = _asked(context, targets[prefix], ask)
        if asked is not None:
            found[prefix] = await targets[prefix][0][1].batch.call(context, keys[prefix], asked)
    return found


def _asked(context: Context, targets: Sequence[tuple[Verdict, Target]], ask: Ask) -> Ask | None:
    """How objects of a kind are asked for, for several acts at once; None where the viewer sees none."""
    columns = {"id"}
    group: list[tuple[str, Sequence[object]]] = []
    whole = False
    for verdict, target in targets:
        gate = context.viewer[target.gate]
        columns |= {*target.needs, *_looked_at(gate, target.seen), *_looked_at(verdict, target.keys)}
        for one, keys in ((gate, target.seen), *([(verdict, target.keys)] if target.also else [])):
            narrowed = one.narrow(keys)
            whole = whole or narrowed is None
            group += narrowed or ()
    if whole:
        return Ask(ask.at, frozenset(columns), (), ask.language)
    return Ask(ask.at, frozenset(columns), (tuple(dict.fromkeys(group)),), ask.language) if group else None


def _looked_at(verdict: Verdict, keys: Keys) -> set[str]:
    """The columns that a verdict looks at, given or waiting for a second factor."""
    columns = {keys.get(rule) for names in verdict.names for rule in names}
    return {column for column in columns if column is not None}


def _of(context: Context, act: str, thing: str, rows: Mapping[str, Mapping[int, Any]]) -> Foreseen:
    """What an act would say of an object, in the order in which it would look."""
    permission, made = context.acts[act]
    if (found := at_all(context, permission)) is not ALLOWED:
        return found
    if not made.on:
        return NOT_TOLD
    parts = split(thing)
    target = next((one for one in made.on if parts is not None and one.prefix == parts[0]), None)
    if parts is None or target is None:
        return NOT_THERE
    try:
        if target.begins is not None:
            target.begins(context)
        row = rows.get(parts[0], {}).get(parts[1])
        gate, verdict = context.viewer[target.gate], context.viewer[permission]
        if row is None or not _there(row, target, gate, verdict):
            return NOT_THERE if gate.lost is None else refused(context, permission, gate.lost)
        if target.first is not None:
            target.first(context, row)
        if not verdict.allows(row, target.keys):
            return refused(context, permission, verdict.refusal(row, target.keys))
        if target.then is not None:
            target.then(context, row)
    except NotAllowed as no:
        return refused(context, permission, no.reason)
    except Hindered as hindered:
        return Foreseen(ActState.NOT_ALLOWED, hindered.problems[0].code.value)
    return ALLOWED


def _there(row: Any, target: Target, gate: Verdict, verdict: Verdict) -> bool:
    return gate.allows(row, target.seen) or (target.also and verdict.allows(row, target.keys))
