"""The act by which a file that has come becomes the content of a document, once it was looked at and checked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts import charted, keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.document import checked, describing, upload_ticket
from resolvers.document.checked import Checked, Offered
from resolvers.document.describing import Description
from resolvers.document.kinds import document_rules
from resolvers.document.uploading import STORE, UploadState
from resolvers.wording.checks import told
from sources.documents import completing, uploading
from sources.documents.completing import Said
from sources.documents.keeping import Made, keep_made
from sources.documents.upload import UploadRecord
from sources.examining import ExaminationUnavailable
from sources.files import FileLost, IntegrityBroken
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceUnavailable
from sources.postgres.writing import Unit

EVENT: Final = "DOCUMENT_UPLOADED"
# Of a file of which nobody knows what it is.
UNKNOWN_TYPE: Final = "application/octet-stream"
_TICKET: Final = ("ticket",)
C = ProblemCode


@dataclass(kw_only=True)
class CompleteUploadInput(ActInput):
    """The ticket under which the whole file has come."""

    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteUploadPayload:
    """The document after the act."""

    document_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def complete(context: Context, *, input: CompleteUploadInput) -> CompleteUploadPayload:
    """Make a file that has come the content of its document."""
    subject, found = context.viewer.subject or "", list[tuple[Checked, Description]]()
    key = upload_ticket.read(context.cursor_key, input.ticket, subject)

    async def look() -> None:
        # A file may be long to look at: that is done before any row is held.
        rows = {} if key is None else await uploading.uploads(context.stores.documents, subject, [key])
        found.append(await _looked_at(context, _whole(context, rows.get(key or 0))))

    async def do(unit: Unit) -> Effect:
        row = _whole(context, None if key is None else await uploading.held(unit, subject, key))
        reach("locked")
        if not found:  # done before, under its key
            raise _hindered(C.UPLOAD_USED)
        return await _kept(context, unit, row, *found[0])

    doing = Doing(context, "completeUpload", P.DOCUMENT_CONTENT_WRITE, input, do, STORE, first=look)
    return await carried_out(doing, CompleteUploadPayload)


def _hindered(code: ProblemCode, **values: str | int) -> Hindered:
    return Hindered(Problem(code, _TICKET, values))


def _ended(context: Context, fault: str) -> Hindered:
    """Why an upload has ended without a document: a code, of a file that was not taken with the check and its word."""
    code, *check = fault.split(":")
    if not check:
        return _hindered(C(code))
    why = told(check[0], dict(zip(("what",), check[1:], strict=False)), None, context.language)
    return _hindered(C(code), check=check[0], why=why)


def _whole(context: Context, row: UploadRecord | None) -> UploadRecord:
    """An upload that has come as a whole, in time.

    Raises:
        Hindered: there is none.
    """
    if row is None:
        raise _hindered(C.UPLOAD_UNKNOWN)
    if row.state == UploadState.KEPT:
        raise _hindered(C.UPLOAD_USED)
    if row.state == UploadState.REFUSED:
        raise _ended(context, row.fault or "")
    if row.expires_at <= context.at:
        raise _hindered(C.UPLOAD_EXPIRED)
    if row.state == UploadState.OPEN:
        raise _hindered(C.UPLOAD_INCOMPLETE)
    return row


async def _looked_at(context: Context, row: UploadRecord) -> tuple[Checked, Description]:
    """What is found of the file; one that is hostile or cannot be read ends its upload, and is gone.

    Raises:
        Hindered: it is not kept at all.
        SourceUnavailable: it cannot be looked at now.
    """
    files, store = context.stores.files, context.stores.documents
    said = describing.read(files.open(row.named, row.bound, "described", row.described))
    offered = Offered(
        kind=row.kind,
        size=row.byte_size,
        sha256=row.sha256,
        described=said.described,
        document_id=row.document_id,
        practitioner_id=row.practitioner_id,
        organization_id=row.holder_organization_id,
    )
    try:
        seen = await checked.check(context, files.read(row.named, row.bound), offered)
    except ExaminationUnavailable as unavailable:
        raise SourceUnavailable(store.name) from unavailable
    except (IntegrityBroken, FileLost) as broken:
        raise _hindered(C.INTEGRITY_BROKEN) from broken
    refusal = seen.refusal
    if refusal is not None:
        fault = ":".join((C.FILE_REFUSED, str(refusal.reason), *map(str, refusal.values.values())))
        await uploading.refuse(store, row.id, fault)
        await files.remove(row.file)
        raise _ended(context, fault)
    return seen, said


async def _kept(context: Context, unit: Unit, row: UploadRecord, seen: Checked, described: Description) -> Effect:
    files, bound = context.stores.files, row.bound
    status = "CHECKED" if seen.passed else "DRAFT"
    media_type = seen.examined.media_type or UNKNOWN_TYPE
    said = Said(described.title, status, described.number, described.issued_on, described.expires_on, described.issuer)
    at = await _row_made(context, unit, row, said, media_type)
    name = files.seal(row.named, bound, "file_name", described.file_name)
    made = Made(media_type, at, seen.examined.pages, row.subject, name)
    version = await keep_made(unit, bound, row.named, made)
    if version is None:
        raise Hindered(Problem(C.CONFLICT, _TICKET, {"object": "DOCUMENT"}))
    await checked.keep(unit, bound.document_id, bound.version, at, seen)
    await uploading.keep(unit, row.id)
    tie = charted.tie_of(row)
    thing = encode(prefixes.DOCUMENT if tie is None else prefixes.CLINICAL_DOCUMENT, bound.document_id)
    told: dict[str, Any] = {
        "object": thing,
        "documentId": bound.document_id,
        "practitionerId": row.practitioner_id,
        "organizationId": row.holder_organization_id,
        "step": status,
    }
    grounds = {"upload": row.id, "contentVersion": bound.version, "sha256": row.sha256, "versionAfter": version}
    return Effect(
        at=at, outcome={"document_id": bound.document_id}, thing=thing, events=((EVENT, told),), grounds=grounds
    )


async def _row_made(context: Context, unit: Unit, row: UploadRecord, said: Said, media_type: str) -> datetime:
    """Write what is said of the document, and say when; what is about a patient goes to a record of his still.

    Raises:
        Hindered: the document has changed since its content was announced.
        NotAllowed: the viewer may no longer put content into it.
    """
    tie = charted.tie_of(row)
    if tie is not None:
        await charted.on_record(context, unit, tie, P.CLINICAL_NOTE_WRITE, *_TICKET)
        if row.author_id != charted.who(context):
            raise NotAllowed(OBJECT)
    if row.expected_version is None:
        if tie is None:
            require(context, P.DOCUMENT_CONTENT_WRITE, row, keys.UPLOAD)
        at = after(context.at, None)
        title = said.title or document_rules(row.kind, at).names["ru"]
        await completing.make(unit, row, said._replace(title=title), media_type, at)
        return at
    document = await completing.as_it_was(unit, row)
    if document is None:
        raise Hindered(Problem(C.CONFLICT, _TICKET, {"object": "DOCUMENT"}))
    if tie is None:
        require(context, P.DOCUMENT_CONTENT_WRITE, document, keys.DOCUMENT)
    await completing.change(unit, document.id, said)
    return after(context.at, document.changed_at)
