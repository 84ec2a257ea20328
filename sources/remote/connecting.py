"""Connections to one service, kept for its next answers; one that spoke out of turn is not kept."""

from typing import Any

import aiohttp
from aiohttp.connector import Connection


class Connector(aiohttp.TCPConnector):
    """Keeps connections, as the library does.

    What came on a connection while nobody had asked would be taken for the answer to the next question, which
    somebody else asks.
    """

    async def _get(self, key: Any, traces: Any) -> Connection | None:
        """A connection that rests, if there is one that was silent; others are closed."""
        while (kept := await super()._get(key, traces)) is not None:
            if kept.protocol is not None and not kept.protocol.should_close:
                return kept
            kept.close()
        return None
