"""The door to one service: one base address, few connections, one deadline for all that an operation asks of it."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import orjson
from yarl import URL

from sources.postgres.failure import (
    SourceContradicts,
    SourceCrowded,
    SourceFailure,
    SourceTimedOut,
    SourceUnavailable,
    Unintelligible,
)
from sources.postgres.store import REMEMBERED, SLOW, State, count
from sources.remote.addresses import public_socket
from sources.remote.breaker import Breaker
from sources.remote.connecting import Connector
from sources.remote.errand import Errand
from sources.remote.token import NoToken, TokenMissing, TokenPolicy

JSON: Final = "application/json"
NO_HEADERS: Final = MappingProxyType[str, str]({})
MOST_BYTES: Final = 4_194_304
# Deeper than any answer that somebody asked for; what walks through answers may count on it.
DEEPEST: Final = 32
IDLE_SECONDS: Final = 10.0
PIECE: Final = 65_536
# What JSON nests by.
_CONTAINERS: Final = frozenset({dict, list})
_NO_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
# Every object has two: an answer of nothing else would hold up everybody, and take many times its size.
_MOST_BRACKETS: Final = 400_000
_OK, _MULTIPLE_CHOICES, _SERVER_FAULT = 200, 300, 500
# It may be taken later; or it does not let us, or the caller, in.
_REFUSALS: Final = frozenset({401, 403, 407, 408, 425, 429})
# Whoever says so has done nothing of what was asked; of one that waited for the request nobody knows.
_NOTHING_DONE: Final = _REFUSALS - {408}
# Who is refused may be one of many: that says nothing of how the service is.
_OF_THE_CALLER: Final = frozenset({401, 403})


class _Question(NamedTuple):
    """What is asked: `body` with what it is, if anything is sent; `headers` beside those that say who asks.

    What only `reads` may be sent a second time.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    reads: bool = True


class _Refused(Exception):
    """The service answered that it does not answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Service:
    """A service that answers JSON over HTTP, with the face of a store.

    Connections are opened by the questions that need them, so that the gateway starts, and keeps answering, while the
    service is down. It is asked at its own address alone: no redirect, no proxy, no cookie leads elsewhere, and a name
    that leads into a private net is refused unless `private`.

    Attributes:
        name: as the graph, the log and errors know it.
        deadline: seconds in which an operation has all answers, connecting and reading included.
        answers: whether the last question was answered; None before the first.
        silent_since: the instant of the first that was not, of those in a row; None while it answers.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        deadline: float = 0.8,
        most_bytes: int = MOST_BYTES,
        at_once: int = 20,
        token: TokenPolicy | None = None,
        tls: ssl.SSLContext | None = None,
        private: bool = False,
    ) -> None:
        """Nothing is connected yet.

        Args:
            name: of the service.
            url: its base address; paths of questions are put behind it.
            deadline: for all that one operation asks, in seconds.
            most_bytes: of an answer; what has more is not read to its end.
            at_once: questions under way; others wait for their turn.
            token: what it is shown.
            tls: whom we believe by certificate, and how we prove who we are. A context takes long to make: once.
            private: whether it may have an address of a private net.
        """
        self.name = name
        self.url = url.rstrip("/")
        self.deadline = deadline
        self.answers: bool | None = None
        self.silent_since: datetime | None = None
        self._most_bytes = most_bytes
        self._turns = asyncio.Semaphore(at_once)
        self._under_way = 0
        self._token = token or NoToken()
        self._tls = tls
        self._private = private
        self._breaker = Breaker()
        self._session: aiohttp.ClientSession | None = None
        self._pace = 0.0  # how many seconds answers took lately

    async def get(
        self, path: str, errand: Errand, *, accept: str = JSON, headers: Mapping[str, str] = NO_HEADERS
    ) -> Any:
        """What the service answers at a path below its address, which may have a query; both are escaped already.

        Raises:
            SourceTimedOut: it did not answer within its deadline, or the operation has waited for it long enough.
            SourceCrowded: within its deadline it was not asked, although it answered others.
            SourceUnavailable: it cannot be reached, refuses, or failed too often lately to be asked.
            SourceContradicts: it answered with something else than JSON, with too much, or leads elsewhere.
        """
        return await self._asked(_Question("GET", path, {"accept": accept, **headers}), errand)

    async def post(
        self,
        path: str,
        content: Any,
        errand: Errand,
        *,
        accept: str = JSON,
        media: str = JSON,
        headers: Mapping[str, str] = NO_HEADERS,
        reads: bool = True,
    ) -> Any:
        """The same of something that is posted as JSON.

        Unless it only `reads`, nothing is sent a second time, also where a connection turns out to be closed.

        Raises:
            SourceTimedOut, SourceCrowded, SourceUnavailable, SourceContradicts: as of `get`.
        """
        sent = {"accept": accept, "content-type": media, **headers}
        return await self._asked(_Question("POST", path, sent, orjson.dumps(content), reads), errand)

    async def state(self) -> State:
        """Ask the service whether it answers at all, whatever became of the last question."""
        try:
            async with asyncio.timeout(self.deadline):
                await self._answer(_Question("GET", "", {"accept": JSON}), Errand())
        except _Refused as refused:
            return State.SILENT if refused.status >= _SERVER_FAULT else State.ANSWERS
        except Unintelligible:
            return State.ANSWERS
        except (TimeoutError, TokenMissing, aiohttp.ClientError, OSError):
            return State.SILENT
        return State.ANSWERS

    @property
    def room(self) -> bool:
        """Whether a question should come beside others of its operation: the service is quiet, slow, or silent."""
        return not self._under_way or self.slow

    @property
    def slow(self) -> bool:
        """Whether waiting for several answers one after the other would show: the service is slow, or silent."""
        return not self.answers or self._pace > SLOW

    async def close(self) -> None:
        """Close every connection; the next question opens others."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _asked(self, question: _Question, errand: Errand) -> Any:
        """The answer to a question, once it is this question's turn."""
        with errand.waiting(self.name, self.deadline) as left:
            if not left:
                raise _unasked(SourceTimedOut(self.name))
            ends = asyncio.get_running_loop().time() + left
            await self._turn(ends)
            self._under_way += 1
            try:
                return await self._in_turn(question, errand, ends)
            finally:
                self._under_way -= 1
                self._turns.release()

    async def _turn(self, ends: float) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout_at(ends):
                await self._turns.acquire()
        except TimeoutError:
            raise _unasked((SourceCrowded if self.answers else SourceTimedOut)(self.name)) from None

    async def _in_turn(self, question: _Question, errand: Errand, ends: float) -> Any:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        if not self._breaker.admits(asked):
            raise _unasked(SourceUnavailable(self.name))
        count(self.name)
        try:
            async with asyncio.timeout_at(ends):
                answer = await self._answered(question, errand)
        except TimeoutError:
            # That it was given too little time says nothing of the service.
            if loop.time() - asked > self.deadline / 2:
                self._lost(asked)
            raise SourceTimedOut(self.name) from None
        except TokenMissing as missing:
            raise _unasked(SourceUnavailable(self.name)) from missing
        except _Refused as refused:
            if refused.status not in _OF_THE_CALLER:
                self._lost(asked)
            failure = SourceUnavailable(self.name)
            raise (_unasked(failure) if refused.status in _NOTHING_DONE else failure) from refused
        except Unintelligible as nonsense:
            raise SourceContradicts(self.name) from nonsense
        except (aiohttp.ClientError, OSError) as lost:
            self._lost(asked)
            failure = SourceUnavailable(self.name)
            raise (_unasked(failure) if isinstance(lost, aiohttp.ClientConnectorError) else failure) from None
        now = loop.time()
        self.answers, self.silent_since = True, None
        self._breaker.answered()
        self._pace += (now - asked - self._pace) / REMEMBERED
        if now > ends:
            raise SourceTimedOut(self.name)
        return answer

    def _lost(self, asked: float) -> None:
        self.answers = False
        self.silent_since = self.silent_since or datetime.now(UTC)
        self._breaker.failed(asked, asyncio.get_running_loop().time())

    async def _answered(self, question: _Question, errand: Errand) -> Any:
        """The answer; where a connection that was kept turns out to be closed, another is taken for what only reads."""
        try:
            return await self._answer(question, errand)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as closed:
            if not question.reads or isinstance(closed, aiohttp.ClientConnectorError):
                raise
        return await self._answer(question, errand)

    async def _answer(self, question: _Question, errand: Errand) -> Any:
        session = self._session or self._open()
        headers = {**question.headers, "accept-language": errand.language}
        if errand.request_id:
            headers["x-request-id"] = errand.request_id
        bearer = self._token.bearer(errand)
        if bearer is not None:
            headers["authorization"] = f"Bearer {bearer}"
        url = URL(f"{self.url}/{question.path}" if question.path else self.url, encoded=True)
        try:
            response = await session.request(
                question.method, url, data=question.body, headers=headers, allow_redirects=False
            )
        except aiohttp.ClientResponseError:
            raise Unintelligible("what came is no HTTP") from None
        try:
            content = await self._read(response)
        except BaseException:
            # Whatever comes after that is not read: neither what is too much, nor what nobody waits for.
            response.close()
            raise
        return _parsed(content)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The bytes of an answer that is one.

        Raises:
            _Refused: it says that it has none.
            Unintelligible: it has another status, too many bytes, or is encoded.
            aiohttp.ClientError, OSError: it broke off.
        """
        status = response.status
        if status >= _SERVER_FAULT or status in _REFUSALS:
            raise _Refused(status)
        if not _OK <= status < _MULTIPLE_CHOICES:
            raise Unintelligible(f"status {status}")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Unintelligible("an encoding that was not asked for")
        if (response.content_length or 0) > self._most_bytes:
            raise self._too_much()
        pieces, size = [], 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > self._most_bytes:
                raise self._too_much()
            pieces.append(piece)
        return b"".join(pieces)

    def _too_much(self) -> Unintelligible:
        return Unintelligible(f"more than {self._most_bytes} bytes")

    def _open(self) -> aiohttp.ClientSession:
        secure = urlsplit(self.url).scheme == "https"
        connector = Connector(
            limit=0,  # the turns bound them
            ssl=self._tls if secure and self._tls is not None else True,
            keepalive_timeout=IDLE_SECONDS,
            socket_factory=None if self._private else public_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"accept-encoding": "identity", "user-agent": "kabinet"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None, sock_read=None),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=PIECE,
        )
        return self._session


def _unasked(failure: SourceFailure) -> SourceFailure:
    """The failure of a question that was not sent, or not taken."""
    failure.undone = True
    return failure


def _parsed(content: bytes) -> Any:
    """What an answer says.

    Raises:
        Unintelligible: it is no JSON, nested too deep, or of too many objects.
    """
    brackets = content.translate(None, _NO_BRACKETS)
    if len(brackets) > _MOST_BRACKETS:
        raise Unintelligible("too many objects")
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Unintelligible("no JSON") from None
    if not (_looks_shallow(brackets) or _is_shallow(answer)):
        raise Unintelligible("nested too deep")
    return answer


def _looks_shallow(brackets: bytes) -> bool:
    """Whether the brackets of an answer say for sure that it is not nested too deep; those in texts may hide it."""
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def _is_shallow(answer: Any) -> bool:
    level = [answer] if type(answer) in _CONTAINERS else []
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _within(one) if type(inner) in _CONTAINERS]
        if not level:
            return True
    return False


def _within(container: Any) -> Any:
    return container.values() if type(container) is dict else container
