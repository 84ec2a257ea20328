"""Links to the content of documents: who is given one, and what is there still for him when he uses it."""

from dataclasses import dataclass, field
from datetime import datetime

from auth.permissions import Permission as P
from engine.act import NotAllowed
from engine.global_id import decode
from engine.rights import Reason
from resolvers import prefixes
from resolvers.acts import charted
from resolvers.acts.acting import there
from resolvers.acts.charted import Tie
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView, viewed
from resolvers.context import Context
from resolvers.document import link as links
from resolvers.document.content import Content, content_of, packaged
from resolvers.document.link import LASTS, Form, Link
from resolvers.document.reading import KEYS, PREFIX
from resolvers.rules import document_rules
from resolvers.rules.document_kind import DocumentClass
from sources.documents import document as source
from sources.documents.charted import ties_of_documents
from sources.documents.document import DocumentRecord
from sources.postgres.ask import Ask

PATH = "/documents/"
_COLUMNS = frozenset(DocumentRecord.__annotations__)


@dataclass(kw_only=True)
class RequestDownloadInput:
    """Which content is to be fetched: that in force unless a version is named."""

    document_id: str
    version: int | None = None
    signed_package: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Content that can be fetched: where, until when, and what it will be."""

    url: str
    expires_at: datetime
    version: int
    media_type: str
    byte_size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDownloadPayload:
    """What came of it."""

    download: Download | None = None
    problems: list[ProblemView] = field(default_factory=list)


def download_of(download: Download | None) -> Download | None:
    """The download of a payload."""
    return download


async def request(context: Context, *, input: RequestDownloadInput) -> RequestDownloadPayload:
    """Give a link to the content of a document; nothing is fetched by that, and nothing is kept of it.

    Raises:
        NotAllowed: the viewer sees the document and may not have its content.
        SourceFailure: a store did not say.
    """
    try:
        made = await _made(context, input)
    except Hindered as hindered:
        return RequestDownloadPayload(problems=[viewed(one, context.language) for one in hindered.problems])
    return RequestDownloadPayload(download=made)


def permission_for(document: DocumentRecord, at: datetime) -> P:
    """What it takes to have the content of a document: not all who see it may know what it says of a patient."""
    if document.patient_id is not None:
        return charted.SEEN
    clinical = document_rules(document.kind, at).sensitivity is DocumentClass.CLINICAL
    return P.DOCUMENT_CLINICAL_READ if clinical else P.DOCUMENT_CONTENT_READ


def refusal(context: Context, document: DocumentRecord) -> Reason | None:
    """Why the viewer may not have the content of a document that he sees; None where he may.

    Whoever sees a document about a patient reads the record that it is of, and so reads it.
    """
    if document.patient_id is not None:
        return None
    verdict = context.viewer[permission_for(document, context.at)]
    return None if verdict.allows(document, KEYS) is True else verdict.refusal(document, KEYS)


async def seen(context: Context, key: int) -> DocumentRecord | None:
    """A document among those that the viewer sees: by his catalogue, or by the record of a patient that it is of.

    Raises:
        SourceFailure: a store did not say.
    """
    ties = await ties_of_documents(context.stores.documents, [key])
    tie = charted.tie_of(ties[0]) if ties else None
    return await (_catalogued(context, key) if tie is None else _charted(context, key, tie))


async def _charted(context: Context, key: int, tie: Tie) -> DocumentRecord | None:
    store = context.stores.documents
    if await charted.seen(context, tie) is None:
        return None
    row = (await source.documents(store, [key], Ask(context.at, _COLUMNS))).get(key)
    return None if row is None or charted.tie_of(row) != tie else row


async def _catalogued(context: Context, key: int) -> DocumentRecord | None:
    narrowed = context.viewer[P.DOCUMENT_CATALOGUE_READ].narrow(KEYS)
    if narrowed == ():
        return None
    ask = Ask(context.at, _COLUMNS, () if narrowed is None else (narrowed,))
    return (await source.documents(context.stores.documents, [key], ask)).get(key)


async def _made(context: Context, input: RequestDownloadInput) -> Download:
    await context.look()
    document = await _document(context, input.document_id)
    content = await _content(context, document, input)
    form = Form.PACKAGE if input.signed_package else Form.CONTENT
    made = Link(document.id, content.version, form, context.at + LASTS)
    text = links.written(context.cursor_key, made, context.viewer.subject or "")
    return Download(
        url=f"{PATH}{text}/content",
        expires_at=made.ends_at.replace(microsecond=0),
        version=content.version,
        media_type=content.media_type,
        byte_size=content.byte_size,
        sha256=content.sha256,
    )


async def _document(context: Context, id: str) -> DocumentRecord:
    """The document of an id whose content the viewer may have.

    Raises:
        Hindered: there is none for him.
        NotAllowed: he sees it and may not have its content, or facts are missing by which he might see it.
    """
    key = decode(prefixes.CLINICAL_DOCUMENT, id)
    if key is not None:
        charted.at_all(context, charted.SEEN)
        tie = await charted.tie_of_document(context, key)
        return there(await _charted(context, key, tie), context.viewer[charted.SEEN], "documentId")
    document = there(
        await _catalogued(context, decode(PREFIX, id) or 0), context.viewer[P.DOCUMENT_CATALOGUE_READ], "documentId"
    )
    reason = refusal(context, document)
    if reason is not None:
        raise NotAllowed(reason)
    return document


async def _content(context: Context, document: DocumentRecord, input: RequestDownloadInput) -> Content:
    number = document.content_version if input.version is None else input.version
    found = await (packaged if input.signed_package else content_of)(context, document, number)
    if found is None and input.version is not None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("version",)))
    if found is None:
        raise Hindered(Problem(ProblemCode.CONTENT_ELSEWHERE, ("documentId",)))
    return found
