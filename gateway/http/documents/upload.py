"""The door by which the bytes of an announced file come: whole by PUT, or in parts as tus 1.0 has it.

Of tus the core protocol is spoken (HEAD, PATCH, OPTIONS); a file is announced by an act, never here.
"""

import re
from time import perf_counter
from typing import Final

from auth.permissions import Permission as P
from engine.errors import Code
from gateway.http.body import CallerLeft
from gateway.http.documents.door import Places, Sending
from gateway.http.documents.fetching import Fetching
from gateway.http.documents.receiving import Receiving, follows
from gateway.http.headers import SECURITY, Header, Receive, Scope, Send, answer, language
from gateway.http.heading import Heading, Refused, challenge
from gateway.http.refusal import JSON, told
from gateway.log import Exchange, Log
from gateway.operating import Operating
from resolvers.document import upload_ticket
from resolvers.document.uploading import UploadState
from sources.documents import uploading
from sources.documents.upload import UploadRecord

PATH: Final = "/documents/{ticket}"
METHODS: Final = ("PUT", "PATCH")
# Headers of a request beside those of all, and those of an answer that a page of another origin has to read.
ASKED: Final = ("Tus-Resumable", "Upload-Offset")
SHOWN: Final = ("Tus-Resumable", "Upload-Offset", "Upload-Length")
# So many are received at a time in a process, and of one account.
MOST: Final = 32
MOST_EACH: Final = 4
TUS_VERSION: Final = b"1.0.0"
_PART: Final = b"application/offset+octet-stream"
_ALLOW: Final = (b"allow", b"PUT, PATCH, HEAD, OPTIONS")
_TUS: Final[Header] = (b"tus-resumable", TUS_VERSION)
_CLIENT_LEFT: Final = 499
_NUMBER: Final = re.compile(rb"0|[1-9][0-9]{0,17}")
_PLAIN: Final = frozenset({None, b"identity"})
_ENDED: Final = {
    Code.UPLOAD_EXPIRED: "The time of this upload is over.",
    Code.UPLOAD_HASH_DIFFERS: "The bytes that came are not those that were announced.",
    Code.FILE_REFUSED: "The file was not taken.",
}


class UploadDoor:
    """Answers PUT, PATCH and HEAD of `/documents/{ticket}`; the path is a secret, and stands nowhere."""

    def __init__(
        self, operating: Operating, fetching: Fetching, secret: bytes, log: Log, *, plain_cookie: bool
    ) -> None:
        self._operating = operating
        self._fetching = fetching
        self._secret = secret
        self._log = log
        self._plain_cookie = plain_cookie
        self._places = Places()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.client = heading.caller()
        sending, status = Sending(send), 0
        try:
            await self._answer(scope, heading, exchange, receive, sending)
            status = sending.status
        except CallerLeft:
            exchange.codes, status = (Code.REQUEST_CANCELED,), _CLIENT_LEFT
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            refused = self._refusal(failed, exchange)
            status, body = refused.status, told(refused, exchange, self._operating.clock)
            more = ((b"x-request-id", exchange.request_id.encode("ascii")), _TUS, *refused.headers)
            await answer(sending, status, JSON, body, more=more, head=exchange.method == "HEAD")
        self._log.request(exchange, status, (perf_counter() - started) * 1000)

    async def _answer(
        self, scope: Scope, heading: Heading, exchange: Exchange, receive: Receive, send: Sending
    ) -> None:
        method = exchange.method
        if method == "OPTIONS":
            await _empty(send, 204, exchange, _ALLOW, (b"tus-version", TUS_VERSION))
            return
        if method not in {"PUT", "PATCH", "HEAD"}:
            raise Refused(405, Code.METHOD_NOT_ALLOWED, "This method is not supported here.", _ALLOW)
        if heading.get(b"tus-resumable", None if method == "PATCH" else TUS_VERSION) != TUS_VERSION:
            text = "Parts of a file come as tus 1.0.0 has it; the header Tus-Resumable says so."
            raise Refused(412, Code.BAD_REQUEST, text, (b"tus-version", TUS_VERSION))
        row = await self._row(scope, heading)
        if method == "HEAD":
            await _empty(send, 200, exchange, *_offsets(row, row.received))
            return
        with self._places.of(row.subject, MOST, MOST_EACH):
            received = await self._received(row, heading, exchange, receive)
        await _empty(send, 204, exchange, *_offsets(row, received))

    async def _received(self, row: UploadRecord, heading: Heading, exchange: Exchange, receive: Receive) -> int:
        """Receive what is sent; how much of the file is there then."""
        part = exchange.method == "PATCH"
        kind = heading.get(b"content-type")
        if heading.get(b"content-encoding") not in _PLAIN or (part and kind != _PART):
            raise Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, "The bytes come as they are; parts as offset+octet-stream.")
        size = _number(heading, b"content-length")
        offset = _number(heading, b"upload-offset") if part else None
        if row.state == UploadState.WHOLE:
            if part and offset == row.byte_size and not size:
                return row.byte_size
            raise Refused(410, Code.UPLOAD_USED, "The file has come under this ticket already.")
        if part:
            follows(offset, row)
            if size is not None and row.received + size > row.byte_size:
                raise Refused(400, Code.UPLOAD_SIZE_DIFFERS, "The file is not of the size that was announced.")
        receiving = Receiving(self._operating.stores, row, self._operating.clock)
        await receiving.claim()
        whole = False
        try:
            whole = await (receiving.on(receive) if part else receiving.whole(receive, size))
        finally:
            if not whole:
                await receiving.release()
        if not whole and not part:
            raise Refused(400, Code.UPLOAD_SIZE_DIFFERS, "The file is not of the size that was announced.")
        return row.byte_size if whole else receiving.kept

    async def _row(self, scope: Scope, heading: Heading) -> UploadRecord:
        """The upload of the ticket, which is the caller's own and has not ended.

        Raises:
            Refused: there is none, or he may not put files in any more.
        """
        shown = heading.presented(scope["query_string"], plain=self._plain_cookie)
        viewer = await self._operating.viewer(shown)
        if viewer.subject is None:
            text = "A file is sent with an access token or the cookie of a session."
            raise Refused(401, Code.UNAUTHENTICATED, text, challenge())
        verdict = viewer[P.DOCUMENT_CONTENT_WRITE]
        if verdict.never is not False:
            reason = verdict.refusal_at_all().word
            raise Refused(403, Code.UNAUTHORIZED_FIELD_OR_TYPE, "Files may not be put in.", reason=reason)
        key = upload_ticket.read(self._secret, scope["path_params"]["ticket"], viewer.subject)
        store = self._operating.stores.documents
        row = None if key is None else (await uploading.uploads(store, viewer.subject, [key])).get(key)
        if row is None:
            raise Refused(404, Code.UPLOAD_UNKNOWN, "There is no such upload.")
        if row.state == UploadState.KEPT:
            raise Refused(410, Code.UPLOAD_USED, "The file has come under this ticket already.")
        ended = (row.fault or "").partition(":")[0] if row.state == UploadState.REFUSED else None
        if ended is None and row.expires_at <= viewer.at:
            ended = Code.UPLOAD_EXPIRED
        if ended is not None:
            raise Refused(410, Code(ended), _ENDED[Code(ended)])
        return row

    def _refusal(self, failed: Exception, exchange: Exchange) -> Refused:
        if isinstance(failed, TimeoutError):
            return Refused(408, Code.BAD_REQUEST, "The body did not arrive in time.")
        return self._fetching.refusal(failed, exchange)


async def _empty(send: Sending, status: int, exchange: Exchange, *more: Header) -> None:
    request = (b"x-request-id", exchange.request_id.encode("ascii"))
    await send.start(status, [*SECURITY, request, _TUS, *more])
    await send.body(b"", more=False)


def _offsets(row: UploadRecord, received: int) -> tuple[Header, Header]:
    return (b"upload-offset", b"%d" % received), (b"upload-length", b"%d" % row.byte_size)


def _number(heading: Heading, name: bytes) -> int | None:
    value = heading.get(name)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value):
        raise Refused(400, Code.BAD_REQUEST, "A header that is a number of bytes is not one.")
    return int(value)
