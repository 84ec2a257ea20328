"""The act by which somebody asks to put a file in: he is given a ticket, under which its bytes come by another door."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.batch import one
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts import charted, keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.charted import Tie
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.document import upload_ticket
from resolvers.document.describing import Description, plain, problems
from resolvers.document.holding import hold, hold_charted, is_charted
from resolvers.document.kinds import DocumentKind, DocumentOwner, KindRules, document_rules
from resolvers.rules import upload_rules
from sources.documents import uploading as source
from sources.documents.charted import Charted
from sources.documents.document import DocumentRecord
from sources.documents.keeping import reserved
from sources.documents.uploading import Asked
from sources.files import Bound
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

STORE: Final = "documents"
MEGABYTE: Final = 1_048_576
# A document in one of these takes other content; what was signed or registered stays as it is.
CHANGEABLE: Final = frozenset({"DRAFT", "CHECKED"})
_SHA256: Final = re.compile("[0-9a-f]{64}")
C = ProblemCode


class UploadState(StrEnum):
    """How far an upload has come."""

    OPEN = "OPEN"
    WHOLE = "WHOLE"
    KEPT = "KEPT"
    REFUSED = "REFUSED"


@dataclass(kw_only=True)
class RequestUploadInput(ActInput):
    """Which file is to be put in, and what the document is; whose it is, unless it is the viewer's own."""

    kind: DocumentKind
    file_name: str
    byte_size: int
    sha256: str
    document_id: str | None = None
    expected_version: int | None = None
    organization_id: str | None = None
    encounter_id: str | None = None
    episode_id: str | None = None
    note_id: str | None = None
    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestUploadPayload:
    """The upload that was opened; the document, where it is one that is there already."""

    document_id: int | None = None
    upload_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """An upload as whoever asked for it sees it."""

    ticket: str
    url: str
    expires_at: datetime
    byte_size: int
    received: int
    state: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class _Target:
    """Which document it is for: whose, and which version of its content; of a patient's, of which record."""

    bound: Bound
    practitioner_id: int | None
    holder_organization_id: int | None
    charted: Charted | None = None


@one("documents", UploadView)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, UploadView]:
    """Uploads of the viewer by their keys."""
    subject = context.viewer.subject or ""
    found = await source.uploads(context.stores.documents, subject, keys)
    tickets = {key: upload_ticket.written(context.cursor_key, key, subject) for key in found}
    return {
        key: UploadView(
            ticket=tickets[key],
            url=f"{upload_ticket.PATH}{tickets[key]}",
            expires_at=row.expires_at,
            byte_size=row.byte_size,
            received=row.received,
            state=row.state,
            fault=row.fault,
        )
        for key, row in found.items()
    }


async def request(context: Context, *, input: RequestUploadInput) -> RequestUploadPayload:
    """Ask to put a file in."""
    kind, said = DocumentKind(input.kind), _said(input)

    async def do(unit: Unit) -> Effect:
        facts = context.viewer.facts
        tie = charted.named(encounter_id=input.encounter_id, episode_id=input.episode_id, note_id=input.note_id)
        of_another = tie is not None or bool(input.document_id) or bool(input.organization_id)
        if facts is None or (facts.practitioner_id is None and not of_another):
            raise NotAllowed(OBJECT)
        row = await _document(context, unit, input)
        rules = document_rules(kind, context.at)
        found = [*_problems(input, rules, row, tie), *problems(said)]
        if found:
            raise Hindered(*found)
        target = await _target(context, unit, input, row, facts.practitioner_id, tie)
        _fits(rules, target)
        reach("locked")
        limits, at = upload_rules(context.at), after(context.at, None)
        if await source.open_uploads(unit, facts.subject, at) >= limits.open_uploads:
            raise Hindered(Problem(C.TOO_MANY_UPLOADS, (), {"most": limits.open_uploads}))
        files = context.stores.files
        named = files.named(target.bound)
        asked = Asked(
            facts.subject, target.practitioner_id, target.holder_organization_id, target.charted, target.bound,
            row and row.version,
            kind.value, input.byte_size, input.sha256, files.seal(named, target.bound, "described", said.text()),
            named, at, at + limits.lasts,
        )  # fmt: skip
        key = await source.make(unit, asked)
        return Effect(
            at=at,
            outcome={"upload_id": key, "document_id": None if row is None else row.id},
            thing=_id_of(target),
            grounds={"kind": kind.value, "contentVersion": target.bound.version, "upload": key},
        )

    doing = Doing(context, "requestUpload", P.DOCUMENT_CONTENT_WRITE, input, do, STORE)
    return await carried_out(doing, RequestUploadPayload)


def _of_patient(input: RequestUploadInput) -> bool:
    return any((input.encounter_id, input.episode_id, input.note_id)) or is_charted(input.document_id or "")


def _id_of(target: _Target) -> str:
    prefix = prefixes.DOCUMENT if target.charted is None else prefixes.CLINICAL_DOCUMENT
    return encode(prefix, target.bound.document_id)


def _said(input: RequestUploadInput) -> Description:
    # Words could name the patient, and lie open: what is about one is called as its kind is, and is of its place.
    about_patient = _of_patient(input)
    return Description(
        file_name=plain(input.file_name) or "",
        title=None if about_patient else plain(input.title),
        number=plain(input.number),
        issuer=None if about_patient else plain(input.issuer),
        issued_on=input.issued_on,
        expires_on=input.expires_on,
    )


async def _document(context: Context, unit: Unit, input: RequestUploadInput) -> DocumentRecord | None:
    """The document that is to have other content; None where a new one is to be made.

    Raises:
        Hindered: it is not there, has another version, or takes no other content.
        NotAllowed: the viewer may not put content into it.
    """
    if input.document_id is None:
        return None
    if input.expected_version is None:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("expectedVersion",), {"field": "expectedVersion"}))
    named, version = input.document_id, input.expected_version
    if is_charted(named):
        row = await hold_charted(context, unit, named, version, P.CLINICAL_NOTE_WRITE, "documentId")
        if row.author_id != charted.who(context):
            raise NotAllowed(OBJECT)
    else:
        seen_by, written_by = P.DOCUMENT_CATALOGUE_READ, P.DOCUMENT_CONTENT_WRITE
        row = await hold(context, unit, named, version, seen_by, written_by, "documentId")
    if row.status not in CHANGEABLE:
        raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("documentId",)))
    return row


def _problems(
    input: RequestUploadInput, rules: KindRules, row: DocumentRecord | None, tie: Tie | None
) -> Iterator[Problem]:
    if not rules.put_in or (row is not None and row.kind != rules.kind.value):
        yield Problem(C.DOCUMENT_KIND_NOT_TAKEN, ("kind",), {"field": "kind"})
    if tie is not None:
        # What it is of it stays of, and whose it is follows from that.
        for name, given in (("documentId", input.document_id), ("organizationId", input.organization_id)):
            if given is not None:
                yield Problem(C.FIELD_FORMAT, (name,), {"field": name})
    elif row is None and rules.owners == {DocumentOwner.PATIENT}:
        yield Problem(C.FIELD_REQUIRED, ("encounterId",), {"field": "encounterId"})
    if not _SHA256.fullmatch(input.sha256):
        yield Problem(C.FIELD_FORMAT, ("sha256",), {"field": "sha256"})
    if input.byte_size < 1:
        yield Problem(C.FIELD_FORMAT, ("byteSize",), {"field": "byteSize"})
    elif input.byte_size > rules.most_bytes:
        yield Problem(C.FILE_TOO_LARGE, ("byteSize",), {"most": rules.most_bytes // MEGABYTE})


async def _target(
    context: Context,
    unit: Unit,
    input: RequestUploadInput,
    row: DocumentRecord | None,
    person: int | None,
    tie: Tie | None,
) -> _Target:
    """Which document it is for.

    Raises:
        Hindered: there is no such institution, or no such record, as far as the viewer may know.
        NotAllowed: the viewer may not put in anything of that owner, or with that record.
    """
    if row is not None:
        of, whose = Charted.of(row), (row.practitioner_id, row.holder_organization_id)
        return _Target(Bound(row.id, row.content_version + 1), *whose, of)
    if tie is not None:
        record = await charted.in_force(context, unit, tie, P.CLINICAL_NOTE_WRITE, charted.path_of(tie))
        of = Charted.made(record.patient_id, tie, charted.who(context), record.organization_id)
        return _Target(Bound(await reserved(unit), 1), None, None, of)
    organization = None if input.organization_id is None else decode(prefixes.ORGANIZATION, input.organization_id)
    if input.organization_id is not None and organization is None:
        raise Hindered(Problem(C.ORG_NOT_FOUND, ("organizationId",)))
    target = _Target(Bound(await reserved(unit), 1), None if organization else person, organization)
    require(context, P.DOCUMENT_CONTENT_WRITE, target, keys.UPLOAD)
    return target


def _fits(rules: KindRules, target: _Target) -> None:
    """That such a document can be of such an owner.

    Raises:
        Hindered: it cannot.
    """
    owner = DocumentOwner.PERSON if target.holder_organization_id is None else DocumentOwner.ORGANIZATION
    if target.charted is not None:
        owner = DocumentOwner.PATIENT
    if owner not in rules.owners:
        raise Hindered(Problem(C.DOCUMENT_KIND_NOT_TAKEN, ("kind",), {"field": "kind"}))
