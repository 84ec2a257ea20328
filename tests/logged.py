"""What a log has written: it writes from a thread of its own, a moment after it was told."""

import asyncio

from gateway.log import Log


async def written(log: Log) -> None:
    """Wait until a log has written all that it was told."""
    log._flush()
    await asyncio.wrap_future(log._thread.submit(lambda: None))
