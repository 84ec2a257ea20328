"""The acts by which the viewer ends sessions of his: this one, another one, or all of them.

They take no right beyond being signed in: whoever lost a device, or is not confirmed, can end what he began. What was
shown for a session that has ended is refused within a second, wherever it is shown.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from auth.facts import Facts
from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput, ObjectInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.viewer import id_of
from sources.identity import NAME
from sources.identity import session_changes as changes
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class SignOutInput(ActInput):
    """The session under which the viewer asks."""


@dataclass(kw_only=True)
class EndSessionInput(ObjectInput):
    """The session that shall end."""


@dataclass(kw_only=True)
class SignOutEverywhereInput(ActInput):
    """All sessions of the viewer, or all but the one under which he asks."""

    keep_this: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPayload:
    """What came of it; `key` is that of the viewer."""

    key: int = 0
    ended: int = 0
    problems: list[ProblemView] = field(default_factory=list)


async def sign_out(context: Context, *, input: SignOutInput) -> SessionsPayload:
    """End the session under which the viewer asks."""

    async def do(unit: Unit) -> Effect | None:
        facts = own_facts(context)
        if facts.session is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND))
        return await _ended(context, unit, int(facts.session), "SIGNED_OUT", ())

    return await carried_out(_doing(context, "signOut", input, do), SessionsPayload)


async def end_session(context: Context, *, input: EndSessionInput) -> SessionsPayload:
    """End a session of the viewer."""

    async def do(unit: Unit) -> Effect | None:
        key = decode(prefixes.SESSION, input.id)
        if key is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("id",)))
        why = "SIGNED_OUT" if str(key) == own_facts(context).session else "ENDED_ELSEWHERE"
        return await _ended(context, unit, key, why, ("id",))

    return await carried_out(_doing(context, "endSession", input, do), SessionsPayload)


async def sign_out_everywhere(context: Context, *, input: SignOutEverywhereInput) -> SessionsPayload:
    """End every session of the viewer; done twice, it is as if done once."""

    async def do(unit: Unit) -> Effect | None:
        facts = own_facts(context)
        kept = int(facts.session) if input.keep_this and facts.session is not None else None
        keys = await changes.to_end(unit, facts.subject, context.at, kept)
        if not keys:
            return None
        return Effect(
            at=context.at,
            outcome={"ended": len(keys)},
            thing=id_of(facts.subject),
            change=changes.all_ended(keys, "SIGNED_OUT_EVERYWHERE"),
            grounds={"sessions": [encode(prefixes.SESSION, key) for key in keys]},
            turns=True,
        )

    return await carried_out(_doing(context, "signOutEverywhere", input, do), SessionsPayload)


def _doing(context: Context, act: str, input: ActInput, do: Callable[[Unit], Awaitable[Effect | None]]) -> Doing:
    return Doing(context, act, P.IDENTITY_SESSION_WRITE, input, do, into=NAME)


def own_facts(context: Context) -> Facts:
    """The facts of whoever is signed in.

    Raises:
        NotAllowed: nobody is.
    """
    facts = context.viewer.facts
    if facts is None:
        raise NotAllowed(OBJECT)
    return facts


async def _ended(context: Context, unit: Unit, key: int, why: str, path: tuple[str, ...]) -> Effect:
    """What ends one session of the viewer that holds; of others nothing tells whether there are any."""
    row = await changes.own_locked(unit, key, own_facts(context).subject)
    if row is None or not row.live(context.at):
        raise Hindered(Problem(ProblemCode.NOT_FOUND, path))
    return Effect(
        at=context.at,
        outcome={"ended": 1},
        thing=encode(prefixes.SESSION, key),
        change=changes.ended(key, why),
        grounds={"why": why},
        turns=True,
    )
