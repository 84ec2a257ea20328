"""Who fetches the content of which document: looked at anew with every request, whatever his link was given for."""

from typing import Final, NamedTuple

from auth.permissions import Permission as P
from auth.tokens import TokenRefused
from engine.errors import Code
from engine.rights import Reason
from gateway.evidence.content import entry
from gateway.evidence.entries import Request
from gateway.evidence.reads import JournalUnavailable
from gateway.http.heading import Heading, Refused, challenge
from gateway.http.refusal import overloaded
from gateway.identity.keys import KeysStale
from gateway.log import Exchange, Log
from gateway.operating import Operating
from resolvers.acting_as import Misplaced
from resolvers.context import Context
from resolvers.document import link as links
from resolvers.document.content import Content, content_of, packaged
from resolvers.document.downloading import refusal, seen
from resolvers.document.link import Form
from sources.documents.document import DocumentRecord
from sources.examining import ExaminationUnavailable
from sources.files import FileLost, FilesUnavailable, IntegrityBroken
from sources.postgres.failure import SourceFailure

GIVEN: Final = "GIVEN"
ALLOW: Final = (b"allow", b"GET, HEAD, OPTIONS")
_METHODS: Final = frozenset({"GET", "HEAD"})


class Fetched(NamedTuple):
    """What a link gives now."""

    context: Context
    document: DocumentRecord
    content: Content


class Fetching:
    """Finds out what a link gives to whoever shows it, and notes in the journal what he gets."""

    def __init__(self, operating: Operating, secret: bytes, log: Log, *, plain_cookie: bool) -> None:
        self._operating = operating
        self._secret = secret
        self._log = log
        self._plain_cookie = plain_cookie

    async def of(
        self, link: str, coordinate: str, query_string: bytes, heading: Heading, exchange: Exchange
    ) -> Fetched:
        """What the link gives to whoever asks.

        Raises:
            Refused: nothing, as far as it is known why.
            SourceFailure: a store did not say.
        """
        if exchange.method not in _METHODS:
            raise Refused(405, Code.METHOD_NOT_ALLOWED, "This method is not supported here.", ALLOW)
        # That a page of ours asks is proven by the link, which no other page was given.
        shown = heading.presented(query_string, plain=self._plain_cookie, proven_elsewhere=True)
        viewer = await self._operating.viewer(shown)
        if viewer.subject is None:
            text = "The content of a document is fetched with an access token or the cookie of a session."
            raise Refused(401, Code.UNAUTHENTICATED, text, challenge())
        found = links.read(self._secret, link, viewer.subject, viewer.at)
        if found is None:
            raise _unknown()
        context = self._operating.context(viewer, exchange.language)
        context.request_id = exchange.request_id
        document = await self._seen(context, found.document_id)
        await self._allowed(context, document, coordinate, exchange, version=found.version)
        if found.form is Form.PACKAGE:
            content = await packaged(context, document, found.version)
        else:
            content = await content_of(context, document, found.version)
        if content is None:
            raise _unknown()
        return Fetched(context, document, content)

    async def note(self, fetched: Fetched, coordinate: str, exchange: Exchange, **which: int) -> None:
        """Note that it leaves.

        Raises:
            JournalUnavailable: it cannot be noted, and must not leave.
        """
        await self._note(fetched.context, fetched.document, coordinate, GIVEN, exchange, **which)

    def refusal(self, failed: Exception, exchange: Exchange) -> Refused:
        """How a request is refused for what came of it."""
        match failed:
            case Refused():
                return failed
            case TokenRefused():
                exchange.reason = failed.reason
                return Refused(401, Code.UNAUTHENTICATED, str(failed), challenge("invalid_token"))
            case Misplaced():
                return Refused(403, failed.code, failed.message)
            case KeysStale():
                text = "Access tokens cannot be checked now."
                return Refused(503, Code.SOURCE_UNAVAILABLE, text, (b"retry-after", b"30"))
            case JournalUnavailable():
                text = "What is fetched cannot be noted in the journal now, so it is not given."
                return Refused(503, Code.JOURNAL_UNAVAILABLE, text, (b"retry-after", b"5"), retryable=True)
            case FilesUnavailable():
                text = "The files of documents cannot be had now."
                return Refused(503, Code.FILES_UNAVAILABLE, text, (b"retry-after", b"5"), retryable=True)
            case SourceFailure():
                text = "A store does not answer now."
                return Refused(503, Code(failed.code), text, (b"retry-after", b"5"), store=failed.store, retryable=True)
            case ExaminationUnavailable():
                return overloaded()
            case IntegrityBroken() | FileLost():
                return Refused(500, Code(failed.code), _BROKEN[Code(failed.code)])
            case _:
                error_id = self._log.noted(failed, exchange.request_id)
                text = "Something went wrong here; it has been noted."
                return Refused(500, Code.INTERNAL_SERVER_ERROR, text, errorId=error_id)

    async def _seen(self, context: Context, key: int) -> DocumentRecord:
        document = await seen(context, key)
        if document is not None:
            return document
        lost = context.viewer[P.DOCUMENT_CATALOGUE_READ].lost
        raise _unknown() if lost is None else _unsettled(lost)

    async def _allowed(
        self, context: Context, document: DocumentRecord, coordinate: str, exchange: Exchange, *, version: int
    ) -> None:
        """That the viewer may have the content, still or again.

        Raises:
            Refused: he may not, which is noted as well.
        """
        reason = refusal(context, document)
        if reason is None:
            return
        if reason.store is not None:
            raise _unsettled(reason)
        await self._note(context, document, coordinate, reason.word, exchange, version=version)
        text = "The content of this document may not be fetched."
        raise Refused(403, Code.UNAUTHORIZED_FIELD_OR_TYPE, text, reason=reason.word)

    async def _note(
        self,
        context: Context,
        document: DocumentRecord,
        coordinate: str,
        verdict: str,
        exchange: Exchange,
        **which: int,
    ) -> None:
        request = Request(None, None, exchange.client)
        await self._operating.reads.fetched(entry(context, request, document, coordinate, verdict, **which))


_BROKEN: Final = {
    Code.INTEGRITY_BROKEN: "The file is not what was kept, so that it is not given.",
    Code.FILE_LOST: "The file is not where it was kept.",
}


def _unknown() -> Refused:
    return Refused(404, Code.LINK_UNKNOWN, "There is no such link, or it cannot be used any more.")


def _unsettled(reason: Reason) -> Refused:
    """Nobody can say now whether it may be fetched."""
    text, retry = "Whether this may be fetched cannot be found out now.", (b"retry-after", b"5")
    return Refused(503, Code(reason.word), text, retry, store=reason.store, retryable=reason.retryable)
