"""The six stores of the gateway, opened and closed together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from sources.clinical.store import ClinicalStore
from sources.postgres.store import Store
from sources.sealing import Keyring

NAMES = ("registry", "accreditation", "documents", "schedule", "clinical", "journal")

# Those in which acts are done: each has the tables of what an act leaves.
ACTED: Final = ("accreditation", "schedule", "clinical")

CLINICAL: Final = "clinical"


@dataclass(frozen=True, slots=True)
class Stores:
    """Each store is its own database; nothing here can join two of them."""

    registry: Store
    accreditation: Store
    documents: Store
    schedule: Store
    clinical: ClinicalStore
    journal: Store

    @classmethod
    def from_urls(
        cls, urls: Mapping[str, str], *, keyring: Keyring | None = None, pool: int = 5, deadline: float = 1.2
    ) -> "Stores":
        """Stores by the names of `NAMES`; no connection is made yet. Without a ring, what is sealed stays so."""
        made: dict[str, Any] = {
            name: Store(name, urls[name], pool=pool, deadline=deadline) for name in NAMES if name != CLINICAL
        }
        clinical = ClinicalStore(CLINICAL, urls[CLINICAL], keyring=keyring, pool=pool, deadline=deadline)
        return cls(**made, clinical=clinical)

    def __iter__(self) -> Iterator[Store]:
        return (getattr(self, field.name) for field in fields(self))

    @property
    def acted(self) -> tuple[Store, ...]:
        """Those in which acts are done."""
        return tuple(getattr(self, name) for name in ACTED)

    async def close(self) -> None:
        """Close all pools."""
        for store in self:
            await store.close()
