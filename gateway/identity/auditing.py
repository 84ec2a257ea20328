"""The audit entries of what is done to sessions without an act of the graph."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.global_id import encode
from resolvers import prefixes
from sources.postgres.writing import Left


def left(act: str, account: str, session_id: int, at: datetime, grounds: Mapping[str, Any]) -> Left:
    """What is left of something done to a session; the grounds hold words and numbers, nothing of a person."""
    thing = encode(prefixes.SESSION, session_id)
    return Left(at=at, events=(), subject=account, act=act, thing=thing, grounds=grounds)
