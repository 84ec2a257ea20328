"""What every process does for sessions in the background: it sees which keys sign, and writes who was there."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from gateway.identity.sessions import Sessions
from gateway.jobs.periodic import Job

KEYS_SECONDS: Final = 50.0
# With what its pauses vary by, no session is written twice within a minute.
USES_SECONDS: Final = 68.0


def session_jobs(sessions: Sessions, clock: Callable[[], datetime]) -> tuple[Job, ...]:
    """The jobs; several processes do them side by side."""

    async def keys() -> int:
        await sessions.keys.look(clock())
        return 0

    return (
        Job("keys that sign", KEYS_SECONDS, keys),
        Job("uses of sessions", USES_SECONDS, sessions.known.write),
    )
