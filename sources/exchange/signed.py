"""The signatures that go with a document."""

from sources.postgres.store import Store


async def signatures_of(store: Store, document_id: int, content_version: int) -> list[bytes]:
    """The good signatures under a version of a document's content, as they were given: CMS in DER."""
    return []
