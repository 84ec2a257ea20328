"""The audit entries of what is done to sessions without an act of the graph."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from engine.global_id import encode
from resolvers import prefixes
from sources.postgres.writing import Left

# What happened to a session when somebody else had what was given out for it.
STOLEN: Final = "SESSION_STOLEN"


def left(
    act: str, account: str, session_id: int, at: datetime, grounds: Mapping[str, Any], *, stolen: bool = False
) -> Left:
    """What is left of something done to a session; the grounds hold words and numbers, nothing of a person.

    Where it ended because somebody else had what was given out for it, its owner is told.
    """
    thing = encode(prefixes.SESSION, session_id)
    said = {"object": thing, "account": account, "endedAt": at.isoformat()}
    events = ((STOLEN, said),) if stolen else ()
    return Left(at=at, events=events, subject=account, act=act, thing=thing, grounds=grounds)
