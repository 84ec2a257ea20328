"""Why a socket is closed: the codes of graphql-transport-ws, and what a stream that ends does to its conversation."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from gateway.streams.stream import Ending


class Close(IntEnum):
    """Codes with which a socket is closed; docs/subscriptions.md says what each means and what to do."""

    LEAVING = 1001
    TRY_AGAIN = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    PROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE = 4409
    TOO_MANY = 4429


class Closed(Exception):
    """The conversation is over; the text goes to the caller and holds nothing of his."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


ENDS: Final[Mapping[Ending, Closed]] = {
    Ending.FORBIDDEN: Closed(Close.FORBIDDEN, "Forbidden"),
    Ending.EXPIRED: Closed(Close.FORBIDDEN, "The access token has expired"),
    Ending.LEAVING: Closed(Close.LEAVING, "The server is leaving"),
}
