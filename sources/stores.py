"""The seven stores of the gateway, the sealed files and the services beside them, opened and closed together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sources.files import SealedFiles
from sources.postgres.failure import SourceUnavailable
from sources.postgres.store import Store
from sources.sealed_store import SealedStore
from sources.sealing import Keyring

if TYPE_CHECKING:
    from sources.remote.service import Service

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
        services: those that are asked as stores are, by name.
    """

    registry: Store
    accreditation: Store
    documents: SealedStore
    schedule: Store
    clinical: SealedStore
    journal: Store
    identity: SealedStore
    files: SealedFiles
    services: "Mapping[str, Service]" = field(default_factory=dict)

    @classmethod
    def from_urls(
        cls,
        urls: Mapping[str, str],
        *,
        keyring: Keyring | None = None,
        identity_keyring: Keyring | None = None,
        documents_keyring: Keyring | None = None,
        files: str | None = None,
        services: "Iterable[Service]" = (),
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
        found = {service.name: service for service in services}
        return cls(**made, files=SealedFiles(files, documents_keyring), services=found)

    def __iter__(self) -> Iterator[Store]:
        return (getattr(self, name) for name in NAMES)

    @property
    def acted(self) -> tuple[Store, ...]:
        """Those in which acts are done."""
        return tuple(getattr(self, name) for name in ACTED)

    def service(self, name: str) -> "Service":
        """A service by its name.

        Raises:
            SourceUnavailable: the settings name none.
        """
        found = self.services.get(name)
        if found is None:
            raise SourceUnavailable(name)
        return found

    async def close(self) -> None:
        """Close all pools, and end the threads of the files."""
        for store in self:
            await store.close()
        for service in self.services.values():
            await service.close()
        self.files.close()
