"""Documents as a package: content, all signatures under it and a manifest, in a ZIP that OpenSSL alone can verify.

    manifest.json              what the package holds, with hashes
    SHA256SUMS                 the same hashes, for `sha256sum --check`
    doc_7/content.pdf          the bytes that were signed
    doc_7/signature-1.sig      a detached CAdES signature, DER

The package is made while it is read: whoever reads slowly is waited for, and nothing of it lies anywhere.
"""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from engine.global_id import encode
from resolvers import prefixes
from sources.documents.kept_signature import opened_cms
from sources.documents.packed import PackedDocument, PackedSignature, packed, packed_signatures
from sources.stores import Stores

FORMAT: Final = "kabinet-package-1"
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
MEDIA_TYPE: Final = "application/zip"
_ENDINGS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "application/xml": "xml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
    "text/plain": "txt",
    "application/json": "json",
}


class NotPackable(Exception):
    """Documents that have no content here; the text names none of them."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(f"{len(ids)} documents have no content")
        self.ids = tuple(ids)


@dataclass(frozen=True, slots=True)
class _Part:
    """One document of a package, with the signatures under it, opened."""

    row: PackedDocument
    signatures: tuple[tuple[PackedSignature, bytes], ...]

    @property
    def folder(self) -> str:
        return encode(prefixes.DOCUMENT, self.row.id)

    @property
    def content(self) -> str:
        return f"{self.folder}/content.{_ENDINGS.get(self.row.media_type.partition(';')[0], 'bin')}"

    def signature(self, place: int) -> str:
        return f"{self.folder}/signature-{place}.sig"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that is ready to be read once.

    Attributes:
        manifest: as it stands in the package.
    """

    manifest: bytes
    sums: bytes
    parts: tuple[_Part, ...]
    stores: Stores

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the ZIP.

        Raises:
            IntegrityBroken: content is not what was kept.
            FileLost: content is not there.
            FilesUnavailable: the place of content does not answer.
        """
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.writestr(_entry(MANIFEST), self.manifest)
            archive.writestr(_entry(SUMS), self.sums)
            yield sink.taken()
            for part in self.parts:
                kept, bound = part.row.kept, part.row.bound
                with archive.open(_entry(part.content), "w", force_zip64=True) as file:
                    async for piece in self.stores.files.read(kept, bound):
                        await asyncio.to_thread(file.write, piece)
                        yield sink.taken()
                for place, (_, cms) in enumerate(part.signatures, 1):
                    archive.writestr(_entry(part.signature(place)), cms)
                yield sink.taken()
        yield sink.taken()


async def package(stores: Stores, ids: Sequence[int], at: datetime, about: Mapping[str, Any] | None = None) -> Package:
    """A package of documents by key, in their order; who may have them is settled by whoever asks for it.

    Args:
        stores: where they are.
        ids: keys of documents.
        at: when the package is made.
        about: what the manifest says beside: purpose, recipient, legal basis.

    Raises:
        NotPackable: some have no content here.
        SourceFailure: the documents did not answer, or what is sealed cannot be opened.
    """
    store = stores.documents
    rows = await packed(store, ids)
    if missing := sorted(set(ids) - {row.id for row in rows}):
        raise NotPackable(missing)
    signatures = await packed_signatures(store, rows)
    parts = tuple(_Part(row, tuple((one, opened_cms(store, one)) for one in signatures[row.id])) for row in rows)
    manifest = orjson.dumps(_manifest(parts, at, about or {}), option=orjson.OPT_INDENT_2)
    return Package(manifest, _sums(parts, manifest), parts, stores)


def _manifest(parts: Sequence[_Part], at: datetime, about: Mapping[str, Any]) -> dict[str, Any]:
    return {"format": FORMAT, "madeAt": _instant(at), **about, "documents": [_document(part) for part in parts]}


def _document(part: _Part) -> dict[str, Any]:
    row = part.row
    return {
        "id": part.folder,
        "version": row.version,
        "kind": row.kind,
        "title": row.title,
        "number": row.number,
        "issuedOn": None if row.issued_on is None else row.issued_on.isoformat(),
        "issuer": row.issuer,
        "file": part.content,
        "mediaType": row.media_type,
        "byteSize": row.byte_size,
        "sha256": row.sha256,
        "signatures": [_signature(part, place, *one) for place, one in enumerate(part.signatures, 1)],
    }


def _signature(part: _Part, place: int, row: PackedSignature, cms: bytes) -> dict[str, Any]:
    return {
        "file": part.signature(place),
        "sha256": hashlib.sha256(cms).hexdigest(),
        "format": row.profile,
        "algorithm": row.family,
        "role": row.role,
        "verdict": row.verdict,
        "signedAt": _instant(row.signed_at),
        "stampedAt": _instant(row.stamped_at),
        "receivedAt": _instant(row.received_at),
        "judgedAt": _instant(row.judged_at),
        "certificate": {
            "serial": row.serial,
            "issuer": row.issuer,
            "validFrom": _instant(row.valid_from),
            "validTo": _instant(row.valid_to),
        },
        "revocation": None
        if row.revocation_source is None
        else {"source": row.revocation_source, "at": _instant(row.revocation_at)},
    }


def _sums(parts: Sequence[_Part], manifest: bytes) -> bytes:
    lines = [f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}"]
    for part in parts:
        lines.append(f"{part.row.sha256}  {part.content}")
        lines += [
            f"{hashlib.sha256(cms).hexdigest()}  {part.signature(place)}"
            for place, (_, cms) in enumerate(part.signatures, 1)
        ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that tells nothing of this machine or of the day."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o600 << 16
    return entry


class _Sink(io.RawIOBase):
    """What a ZIP writes into: it only goes on, and is emptied as it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._gone = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Hold some bytes."""
        self._held += data
        return len(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._gone + len(self._held)

    def taken(self) -> bytes:
        """What was written since it was asked last."""
        found = bytes(self._held)
        self._gone += len(found)
        self._held.clear()
        return found
