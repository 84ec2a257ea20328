"""How the doors of apps and machines refuse: the words of RFC 6749, one text for each, and nothing of the request."""

from enum import StrEnum
from typing import Final

import orjson

from gateway.http.headers import Header


class Word(StrEnum):
    """What is wrong, in the word that libraries of clients know."""

    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_REQUEST = "invalid_request"
    INVALID_SCOPE = "invalid_scope"
    LOGIN_REQUIRED = "login_required"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"


_TEXTS: Final = {
    Word.INVALID_CLIENT: "The client is not known, or did not prove who it is.",
    Word.INVALID_GRANT: "What was shown gives no token, or none any more.",
    Word.INVALID_REQUEST: "A parameter is missing, malformed or given twice.",
    Word.INVALID_SCOPE: "The scope is not known.",
    Word.LOGIN_REQUIRED: "The person has to sign in.",
    Word.REQUEST_NOT_SUPPORTED: "Requests as objects are not supported.",
    Word.REQUEST_URI_NOT_SUPPORTED: "Requests by address are not supported.",
    Word.SERVER_ERROR: "Something went wrong here; it has been noted.",
    Word.TEMPORARILY_UNAVAILABLE: "This cannot be answered just now.",
    Word.UNAUTHORIZED_CLIENT: "The client may not ask for this.",
    Word.UNMET_AUTHENTICATION_REQUIREMENTS: "The person did not sign in as surely as was asked for.",
    Word.UNSUPPORTED_GRANT_TYPE: "This kind of grant is not supported.",
    Word.UNSUPPORTED_RESPONSE_TYPE: "Only codes are given.",
}


_GUESSES: Final = frozenset({Word.INVALID_CLIENT, Word.INVALID_GRANT})
_OVER: Final = frozenset({"ENDED", "EXPIRED", "IDLE", "CODE_EXPIRED", "SIGNED_OUT"})


class Denied(Exception):
    """The request is not answered as it wishes; why it is so is for the log alone.

    Attributes:
        reason: a word of this program, never of the request.
        account: whose what was shown would have been, where that is known; failures are counted by it.
    """

    def __init__(
        self,
        word: Word,
        reason: str | None = None,
        status: int = 400,
        *headers: Header,
        account: str | None = None,
    ) -> None:
        super().__init__(word)
        self.word = word
        self.reason = reason
        self.status = status
        self.headers = headers
        self.account = account

    @property
    def guessed(self) -> bool:
        """Whether somebody may be trying something out; what was good once, and is over, nobody has guessed."""
        return self.word in _GUESSES and self.reason not in _OVER


def told(word: Word) -> dict[str, str]:
    """The members of a refusal."""
    return {"error": word.value, "error_description": _TEXTS[word]}


def body(word: Word) -> bytes:
    """The body of a refusal."""
    return orjson.dumps(told(word))
