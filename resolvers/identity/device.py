"""The viewer's devices, and the act by which he forgets one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.permissions import Permission as P
from engine.batch import many
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ObjectInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.identity.signing_out import SessionsPayload, own_facts
from resolvers.viewer import complete
from sources.identity import NAME
from sources.identity import device as source
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

PREFIX = "dev"


@dataclass(kw_only=True)
class ForgetDeviceInput(ObjectInput):
    """The device that shall be forgotten."""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device on which the viewer signed in."""

    key: int
    name: str
    first_at: datetime
    last_at: datetime
    sessions: int
    current: bool


@many("identity", DeviceView)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[DeviceView]]:
    """The viewer's devices, the one used last first."""
    complete(context, NAME)
    facts = context.viewer.facts
    if facts is None or facts.over:
        return {}
    rows = await source.devices_of(context.stores.identity, facts.subject, ask.at)
    here = None if facts.session is None or not facts.session.isdecimal() else int(facts.session)
    found = [
        DeviceView(row.id, row.name, row.first_at, row.last_at, len(row.sessions), here in row.sessions) for row in rows
    ]
    return dict.fromkeys(keys, found)


async def forget(context: Context, *, input: ForgetDeviceInput) -> SessionsPayload:
    """Forget a device, and end the sessions on it."""

    async def do(unit: Unit) -> Effect:
        key = decode(PREFIX, input.id)
        sessions = None if key is None else await source.own_sessions(unit, key, own_facts(context).subject)
        if key is None or sessions is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("id",)))
        return Effect(
            at=context.at,
            outcome={"ended": len(sessions)},
            thing=encode(PREFIX, key),
            change=source.forgotten(key, sessions),
            grounds={"sessions": [encode(prefixes.SESSION, one) for one in sessions]},
            turns=True,
        )

    doing = Doing(context, "forgetDevice", P.IDENTITY_SESSION_WRITE, input, do, into=NAME)
    return await carried_out(doing, SessionsPayload)
