"""Documents that the product makes itself: kept whole, in the transaction of a job or an act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sources.documents.charted import NOT_CHARTED, Charted
from sources.documents.keeping import Made, keep_made, reserved
from sources.documents.kept_signature import Signed, keep
from sources.documents.reference import Referred, refer
from sources.files import Bound, SealedFiles
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore
from sources.signing.verifying import Verdict

MEDIA_TYPE: Final = "application/pdf"


class Seal(NamedTuple):
    """A seal (JWS) of the authority over a document and what it follows from."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document that the product made, of a person, an institution or a patient.

    Attributes:
        charted: the record of a patient that it is of, where it is about one.
        expires_on: the first day on which it is no longer in force; None without an end.
        event_id: what it follows from: there is one document of each; None where an act makes it.
        referred: what is public of it; None where nobody verifies it by a code.
        cms: the detached signature of the authority, in DER, with what it is worth.
    """

    kind: str
    title: str
    number: str
    issued_on: date
    issuer: str
    at: datetime
    practitioner_id: int | None
    holder_organization_id: int | None
    content: bytes
    sha256: str
    pages: int
    charted: Charted | None = None
    expires_on: date | None = None
    event_id: str | None = None
    referred: Referred | None = None
    seal: Seal | None = None
    cms: tuple[bytes, Verdict] | None = None

    @property
    def signed(self) -> bool:
        """Whether the authority signed it, in either way."""
        return self.seal is not None or self.cms is not None


class MadeRecord(Row):
    """The key of a document, and the hash of its content."""

    id: int
    sha256: str


class WhenRecord(Row):
    """When a document was made."""

    created_at: datetime


_MAKE: Final = """
INSERT INTO document (id, practitioner_id, holder_organization_id, patient_id, encounter_id, episode_id, note_id,
    author_id, place_id, kind, title, status, number, issued_on, issuer, expires_on, media_type, byte_size, sha256,
    created_at, changed_at, event_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21::uuid)
ON CONFLICT (event_id) DO NOTHING RETURNING id, sha256
"""
# The first half of an advisory lock's number; the second is the owner's.
_OWNER_LOCK: Final = 7_220_150
_ALONE: Final = f"SELECT pg_advisory_xact_lock({_OWNER_LOCK}, hashint8($1::bigint))"
_SINCE: Final = """
SELECT created_at FROM document WHERE practitioner_id = $1 AND kind = $2 AND created_at > $3
ORDER BY created_at DESC, id DESC LIMIT $4
"""
_OF_EVENT: Final = "SELECT id, sha256 FROM document WHERE event_id = $1::uuid"
_SEAL: Final = """
INSERT INTO signature (document_id, content_version, profile, verdict, signed_at, seal)
VALUES ($1, 1, 'JWS_ED25519', 'VALID', $2, $3)
"""
AUTHORITY: Final = "AUTHORITY"


async def issued_since(unit: Unit, owner: int, kind: str, since: datetime, most: int) -> list[datetime]:
    """When the last documents of a kind were made for a person since an instant, the newest first, so many at most.

    Whoever asks is the only one to make some for him until the transaction ends.
    """
    await unit.run(_ALONE, owner)
    rows = await unit.rows(WhenRecord, _SINCE, owner, kind, since, most)
    return [row.created_at for row in rows]


async def made_of_event(store: Store, event_id: str) -> MadeRecord | None:
    """The document that follows from an event, if it is made."""
    found: list[Any] = await store.fetch(MadeRecord, _OF_EVENT, event_id)
    return found[0] if found else None


async def make(
    unit: Unit, store: SealedStore, files: SealedFiles, new: NewDocument, key: int | None = None
) -> int | None:
    """Keep a document with its content, seals and what is public of it; its key, None where its event has one.

    What is written to the files and not committed is cleared away later, as any content that no row names.

    `key` is one that was reserved; another is drawn unless it is given.

    Raises:
        FilesUnavailable: the content cannot be kept.
        SourceUnavailable: a signature cannot be sealed.
    """
    key = await reserved(unit) if key is None else key
    status = "SIGNED" if new.signed else "CHECKED"
    owner = (new.practitioner_id, new.holder_organization_id, *(new.charted or NOT_CHARTED))
    said = (new.kind, new.title, status, new.number, new.issued_on, new.issuer, new.expires_on)
    what = (MEDIA_TYPE, len(new.content), new.sha256, new.at, new.event_id)
    if await unit.row(MadeRecord, _MAKE, key, *owner, *said, *what) is None:
        return None
    bound = Bound(key, 1)
    writer = files.begin(bound)
    await writer.add(new.content)
    await keep_made(unit, bound, await writer.finish(), Made(MEDIA_TYPE, new.at, new.pages))
    if new.seal is not None:
        await unit.run(_SEAL, key, new.seal.at, new.seal.text)
    if new.cms is not None:
        cms, verdict = new.cms
        await keep(unit, store, Signed(
            document_id=key, content_version=1, role=AUTHORITY, cms=cms, verdict=verdict, received_at=new.at
        ))  # fmt: skip
    if new.referred is not None:
        await refer(unit, key, new.referred)
    return key
