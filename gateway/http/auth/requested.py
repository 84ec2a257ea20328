"""What an app asks for when it sends its person to sign in, and what of it is refused where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from gateway.http.auth.form import parsed
from gateway.http.auth.metadata import ACCOUNT, CONFIRMED, OPENID, SECOND_FACTOR
from gateway.http.auth.refusing import Denied, Word
from gateway.identity.clients import App, Clients
from gateway.identity.redirects import matches

LONGEST_QUERY: Final = 4_096
# So long may it be as a path to come back to from the sign-in, and within the address of that.
LONGEST_AGAIN: Final = 3_900
LONGEST_WITHIN: Final = 7_680
LONGEST_STATE: Final = 1_024
LONGEST_NONCE: Final = 256
_CHALLENGE: Final = re.compile("[A-Za-z0-9_-]{43}")
# What RFC 6749 lets stand in `state`, and OpenID in `nonce`.
_SHOWN: Final = re.compile("[ -~]*")
_PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
_LEVELS: Final = (ACCOUNT, CONFIRMED, SECOND_FACTOR)


class NoWayBack(Exception):
    """The request cannot be answered to the app: nobody knows whether the address that it names is the app's."""


@dataclass(frozen=True, slots=True)
class Back:
    """Where the answer goes, and what is passed on with it."""

    redirect: str
    state: str | None


@dataclass(frozen=True, slots=True)
class Requested:
    """A request that is in order.

    Attributes:
        silent: whether the person may not be asked anything.
        anew: whether he has to sign in for this request.
        max_age: how old his sign-in may be, in seconds; None where nothing is said.
        level: the surest of the levels that are asked for; None where none is.
        parameters: all of them, as they came.
    """

    app: App
    back: Back
    challenge: str
    scope: str
    nonce: str | None
    silent: bool
    anew: bool
    max_age: int | None
    level: str | None
    parameters: Mapping[str, str]


class Wrong(Exception):
    """The request is refused, and its app is told."""

    def __init__(self, back: Back, word: Word) -> None:
        super().__init__(word)
        self.back = back
        self.word = word


def requested(raw: bytes, clients: Clients) -> Requested:
    """The request that the parameters of an address make.

    Raises:
        NoWayBack: the client is not known, or the address to come back to is none of its own.
        Wrong: anything else is wrong with it.
    """
    if len(raw) > LONGEST_QUERY:
        raise NoWayBack
    try:
        found, twice = parsed(raw)
    except Denied:
        raise NoWayBack from None
    app = clients.apps.get(found.get("client_id", ""))
    redirect = found.get("redirect_uri", "")
    if app is None or {"client_id", "redirect_uri"} & twice or not any(matches(redirect, one) for one in app.redirects):
        raise NoWayBack
    state = found.get("state")
    back = Back(redirect, state)
    if state is not None and (len(state) > LONGEST_STATE or not _SHOWN.fullmatch(state)):
        raise Wrong(Back(redirect, None), Word.INVALID_REQUEST)
    again = urlencode(found)
    if twice or len(again) > LONGEST_AGAIN or len(quote(again, safe="")) > LONGEST_WITHIN:
        raise Wrong(back, Word.INVALID_REQUEST)
    word = _refused(found)
    if word is not None:
        raise Wrong(back, word)
    return _request(app, back, found)


def _refused(found: Mapping[str, str]) -> Word | None:
    """What is wrong with a request whose app is known."""
    if "request" in found:
        return Word.REQUEST_NOT_SUPPORTED
    if "request_uri" in found:
        return Word.REQUEST_URI_NOT_SUPPORTED
    if "response_type" not in found:
        return Word.INVALID_REQUEST
    if found["response_type"] != "code":
        return Word.UNSUPPORTED_RESPONSE_TYPE
    challenge = found.get("code_challenge", "")
    if found.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        return Word.INVALID_REQUEST
    if not set(found.get("scope", "").split()) <= {OPENID}:
        return Word.INVALID_SCOPE
    nonce, age = found.get("nonce", ""), found.get("max_age", "0")
    prompts = set(found.get("prompt", "").split())
    if (
        found.get("response_mode", "query") != "query"
        or len(nonce) > LONGEST_NONCE
        or not _SHOWN.fullmatch(nonce)
        or not re.fullmatch("[0-9]{1,9}", age)
        or not prompts <= _PROMPTS
        or ("none" in prompts and len(prompts) > 1)
    ):
        return Word.INVALID_REQUEST
    return None


def _request(app: App, back: Back, found: Mapping[str, str]) -> Requested:
    prompts = set(found.get("prompt", "").split())
    levels = [one for one in _LEVELS if one in found.get("acr_values", "").split()]
    return Requested(
        app,
        back,
        found["code_challenge"],
        " ".join(found.get("scope", "").split()),
        found.get("nonce"),
        silent="none" in prompts,
        anew=bool(prompts & {"login", "select_account"}),
        max_age=int(found["max_age"]) if "max_age" in found else None,
        level=levels[-1] if levels else None,
        parameters=found,
    )
