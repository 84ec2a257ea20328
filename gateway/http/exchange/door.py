"""The doors of exchange: a package that comes in is answered with a receipt, a receipt that comes later is kept."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, Final

import orjson

from auth.role import RoleName
from auth.tokens import TokenRefused
from engine.errors import Code
from gateway.exchange.incoming import NotTaken
from gateway.exchange.partners import Partners
from gateway.exchange.receiving import MOST_BYTES, Receipted, Taking
from gateway.exchange.settling import read_receipt, settle
from gateway.exchange.transport import MEDIA, SIGNATURE, SOURCE, NotDelivered
from gateway.http.body import BodyRefused, CallerLeft, read_body
from gateway.http.headers import Header, Receive, Scope, Send, answer, language
from gateway.http.heading import Heading, Refused, challenge
from gateway.http.refusal import JSON
from gateway.identity.keys import KeysStale
from gateway.log import Exchange, Log
from gateway.operating import Operating
from resolvers.acting_as import Misplaced
from resolvers.context import Context
from resolvers.exchange.receipts import MOST_BYTES as MOST_OF_RECEIPT
from sources.examining import ExaminationUnavailable
from sources.exchange.sending import named
from sources.files import FilesUnavailable
from sources.postgres.failure import SourceFailure

PACKAGES: Final = "/exchange/packages"
RECEIPTS: Final = "/exchange/receipts"
# So many come in at a time in a process.
MOST: Final = 4
# How long a sender may be silent, and how long all of it may take.
PIECE_SECONDS: Final = 30.0
SECONDS: Final = 900.0

# What an answer has besides, so that whoever sends knows how, and when again.
_AGAIN: Final[Header] = (b"retry-after", b"5")
_MORE: Final[Mapping[int, tuple[Header, ...]]] = {
    401: (challenge("invalid_token"),),
    405: ((b"allow", b"POST"),),
    429: (_AGAIN,),
    503: (_AGAIN,),
}

Answer = tuple[int, bytes, bytes | None]


class ExchangeDoor:
    """Answers POST of one of the two addresses; whatever is refused has a code of its own in a small JSON."""

    def __init__(self, operating: Operating, partners: Partners, log: Log, *, receipts: bool = False) -> None:
        self._operating = operating
        self._partners = partners
        self._log = log
        self._take: Callable[[Heading, Receive, Context], Awaitable[Answer]] = (
            self._receipt if receipts else self._package
        )
        self._media = b"application/json" if receipts else MEDIA.encode("ascii")
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.client, exchange.operation = heading.caller(), "exchange"
        try:
            status, body, signature = await self._answered(scope, heading, receive, exchange)
        except CallerLeft:
            self._log.request(exchange, 499, (perf_counter() - started) * 1000)
            return
        more = [(b"x-request-id", exchange.request_id.encode("ascii")), *_MORE.get(status, ())]
        if signature is not None:
            more.append((SIGNATURE.encode("ascii"), base64.b64encode(signature)))
        await answer(send, status, JSON, body, more=tuple(more), head=exchange.method == "HEAD")
        self._log.request(exchange, status, (perf_counter() - started) * 1000)

    async def _answered(self, scope: Scope, heading: Heading, receive: Receive, exchange: Exchange) -> Answer:
        if exchange.method != "POST":
            return _refused(405, "METHOD_NOT_ALLOWED")
        if heading.get(b"content-type", b"").partition(b";")[0].strip() != self._media:
            return _refused(415, "ENVELOPE_FORMAT")
        if self._under_way >= MOST:
            return _refused(429, "RATE_LIMIT")
        self._under_way += 1
        try:
            async with asyncio.timeout(SECONDS):
                viewer = await self._operating.viewer(heading.presented(scope["query_string"]))
                context = self._operating.context(viewer, exchange.language)
                context.request_id = exchange.request_id
                return await self._take(heading, receive, context)
        except (NotTaken, NotDelivered) as refused:
            return _refused(getattr(refused, "status", 422), refused.code)
        except (TokenRefused, Misplaced):
            return _refused(401, "ACCESS_DENIED")
        except Refused as refused:
            return _refused(refused.status, "ENVELOPE_FORMAT")
        except BodyRefused as refused:
            return _refused(refused.status, "ENVELOPE_TOO_LARGE")
        except TimeoutError:
            return _refused(408, "TIMED_OUT")
        except (SourceFailure, FilesUnavailable, ExaminationUnavailable, KeysStale):
            return _refused(503, "INTERNAL_ERROR")
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is noted, and the sender tries again
            exchange.codes = (Code.INTERNAL_SERVER_ERROR,)
            self._log.noted(fault, exchange.request_id)
            return _refused(500, "INTERNAL_ERROR")
        finally:
            self._under_way -= 1

    async def _package(self, heading: Heading, receive: Receive, context: Context) -> Answer:
        declared = heading.get(b"content-length")
        if declared is not None and (not declared.isdigit() or int(declared[:18]) > MOST_BYTES):
            raise NotTaken(413, "ENVELOPE_TOO_LARGE")
        roles = (role for role in context.viewer.roles if role.name is RoleName.MIS)
        machine = frozenset(place for role in roles for place in role.organizations)
        taking = Taking(self._partners, context, machine=machine)
        found: Receipted = await taking.taken(_chunks(receive))
        return 200 if found.accepted else 422, found.content, found.signature

    async def _receipt(self, heading: Heading, receive: Receive, context: Context) -> Answer:
        partner = self._partners.of(heading.get(SOURCE.encode("ascii"), b"").decode("latin-1"))
        # Nobody vouches for a receipt that comes by itself but its signature.
        if partner is None or partner.certificate is None:
            raise NotTaken(403, "ACCESS_DENIED")
        signature = heading.get(SIGNATURE.encode("ascii"))
        if signature is None:
            raise NotTaken(403, "RECEIPT_UNSIGNED")
        content = await read_body(receive, heading.get(b"content-length"), MOST_OF_RECEIPT)
        said, receipt = await read_receipt(content, signature.decode("latin-1"), partner, context.at)
        stores = context.stores
        package = await named(stores.documents, said.package, said.issue, partner.recipient.id)
        if package is None or said.source != package.source or said.manifest != package.manifest_sha256:
            raise NotTaken(404, "NOT_FOUND")
        await settle(stores, package, said, receipt, context.at, None, None)
        return 200, b"{}", None


def _refused(status: int, code: str) -> Answer:
    return status, orjson.dumps({"code": code}), None


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it comes, within bounds.

    Raises:
        NotTaken: it is too large.
        CallerLeft: the connection is gone.
    """
    came = 0
    while True:
        async with asyncio.timeout(PIECE_SECONDS):
            message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        piece = message.get("body", b"")
        came += len(piece)
        if came > MOST_BYTES:
            raise NotTaken(413, "ENVELOPE_TOO_LARGE")
        if piece:
            yield piece
        if not message.get("more_body", False):
            return
