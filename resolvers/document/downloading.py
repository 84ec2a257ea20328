"""Links to the content of documents: who is given one, and what is there still for him when he uses it."""

from dataclasses import dataclass, field
from datetime import datetime

from auth.permissions import Permission as P
from engine.global_id import decode
from resolvers.acts.acting import require, there
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
    clinical = document_rules(document.kind, at).sensitivity is DocumentClass.CLINICAL
    return P.DOCUMENT_CLINICAL_READ if clinical else P.DOCUMENT_CONTENT_READ


async def seen(context: Context, key: int) -> DocumentRecord | None:
    """A document among those that the viewer sees."""
    narrowed = context.viewer[P.DOCUMENT_CATALOGUE_READ].narrow(KEYS)
    if narrowed == ():
        return None
    ask = Ask(context.at, _COLUMNS, () if narrowed is None else (narrowed,))
    return (await source.documents(context.stores.documents, [key], ask)).get(key)


async def _made(context: Context, input: RequestDownloadInput) -> Download:
    await context.look()
    key, verdict = decode(PREFIX, input.document_id) or 0, context.viewer[P.DOCUMENT_CATALOGUE_READ]
    document = there(await seen(context, key), verdict, "documentId")
    require(context, permission_for(document, context.at), document, KEYS)
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


async def _content(context: Context, document: DocumentRecord, input: RequestDownloadInput) -> Content:
    number = document.content_version if input.version is None else input.version
    found = await (packaged if input.signed_package else content_of)(context, document, number)
    if found is None and input.version is not None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("version",)))
    if found is None:
        raise Hindered(Problem(ProblemCode.CONTENT_ELSEWHERE, ("documentId",)))
    return found
