"""What every process does for sessions in the background: keys that sign, who was there, links that hold no more."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from gateway.identity.methods import Method
from gateway.identity.narrowing import narrowed
from gateway.identity.sessions import Sessions
from gateway.jobs.periodic import Job
from sources.stores import Stores

KEYS_SECONDS: Final = 50.0
# With what its pauses vary by, no session is written twice within a minute.
USES_SECONDS: Final = 68.0
LINKS_SECONDS: Final = 600.0


def session_jobs(
    sessions: Sessions, stores: Stores, methods: Sequence[Method], clock: Callable[[], datetime]
) -> tuple[Job, ...]:
    """The jobs; several processes do them side by side."""

    async def keys() -> int:
        await sessions.keys.look(clock())
        return 0

    async def links() -> int:
        return sum([await narrowed(stores, one, clock()) for one in methods])

    return (
        Job("keys that sign", KEYS_SECONDS, keys, own=True),
        Job("uses of sessions", USES_SECONDS, sessions.known.write, own=True),
        Job("links of narrowed providers", LINKS_SECONDS, links),
    )
