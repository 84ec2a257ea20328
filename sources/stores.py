"""The seven stores of the gateway and the sealed files beside them, opened and closed together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sources.files import SealedFiles
from sources.postgres.store import Store
from sources.sealed_store import SealedStore
from sources.sealing import Keyring

NAMES = ("registry", "accreditation", "documents", "schedule", "clinical", "journal", "identity")

# Those in which acts are done: each has the tables of what an act leaves.
ACTED: Final = ("registry", "accreditation", "documents", "schedule", "clinical", "journal", "identity")

CLINICAL: Final = "clinical"
IDENTITY: Final = "identity"
DOCUMENTS: Final = "documents"


@dataclass(frozen=True, slots=True)
class Stores:
    """Each store is its own database; nothing here can join two of them.

    Attributes:
        files: the content of documents, sealed by the ring of their store.
    """

    registry: Store
    accreditation: Store
    documents: SealedStore
    schedule: Store
    clinical: SealedStore
    journal: Store
    identity: SealedStore
    files: SealedFiles

    @classmethod
    def from_urls(
        cls,
        urls: Mapping[str, str],
        *,
        keyring: Keyring | None = None,
        identity_keyring: Keyring | None = None,
        documents_keyring: Keyring | None = None,
        files: str | None = None,
        pool: int = 5,
        deadline: float = 1.2,
    ) -> "Stores":
        """Stores by the names of `NAMES`; no connection is made yet. Without its ring, what is sealed stays so.

        `files` is the folder or the URL of the bucket of the sealed files; without it, no content can be had or kept.
        """
        rings = {CLINICAL: keyring, IDENTITY: identity_keyring, DOCUMENTS: documents_keyring}
        made: dict[str, Any] = {
            name: SealedStore(name, urls[name], keyring=rings[name], pool=pool, deadline=deadline)
            if name in rings
            else Store(name, urls[name], pool=pool, deadline=deadline)
            for name in NAMES
        }
        return cls(**made, files=SealedFiles(files, documents_keyring))

    def __iter__(self) -> Iterator[Store]:
        return (getattr(self, name) for name in NAMES)

    @property
    def acted(self) -> tuple[Store, ...]:
        """Those in which acts are done."""
        return tuple(getattr(self, name) for name in ACTED)

    async def close(self) -> None:
        """Close all pools, and end the threads of the files."""
        for store in self:
            await store.close()
        self.files.close()
