"""Content of documents as tests put it in: sealed, as a version of a document that is there."""

from pathlib import Path

from gateway.application import Application
from sources.documents.keeping import Made, keep_made
from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.writing import writing

PDF = "application/pdf"


async def put(
    application: Application, document_id: int, content: bytes, *, media_type: str = PDF, name: str = ""
) -> Kept:
    """Make bytes the next version of the content of a document."""
    stores = application.stores
    (row,) = await stores.documents.fetch(Row, "SELECT content_version FROM document WHERE id = $1", document_id)
    bound = Bound(document_id, row["content_version"] + 1)
    writer = stores.files.begin(bound)
    for start in range(0, len(content), 300_000):
        await writer.add(content[start : start + 300_000])
    kept = await writer.finish()
    sealed = stores.files.seal(kept, bound, "file_name", name) if name else None
    async with writing(stores.documents) as unit:
        made = Made(media_type, application.operating.clock(), file_name=sealed)
        assert await keep_made(unit, bound, kept, made) is not None
    return kept


def piece_of(application: Application, kept: Kept, index: int) -> Path:
    """Where a piece of a file lies."""
    return Path(application.settings.files) / kept.file.hex[:2] / kept.file.hex / f"{index:06d}"


def spoil(application: Application, kept: Kept, index: int) -> None:
    """Flip one bit of a piece of a file, where it lies."""
    path = piece_of(application, kept, index)
    found = bytearray(path.read_bytes())
    found[len(found) // 2] ^= 1
    path.write_bytes(found)
