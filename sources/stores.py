"""The five stores of the gateway, opened and closed together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from sources.postgres.store import Store

NAMES = ("registry", "accreditation", "documents", "schedule", "journal")


@dataclass(frozen=True, slots=True)
class Stores:
    """Each store is its own database; nothing here can join two of them."""

    registry: Store
    accreditation: Store
    documents: Store
    schedule: Store
    journal: Store

    @classmethod
    def from_urls(cls, urls: Mapping[str, str], *, pool: int = 5, deadline: float = 1.2) -> "Stores":
        """Stores by the names of `NAMES`; no connection is made yet."""
        return cls(**{name: Store(name, urls[name], pool=pool, deadline=deadline) for name in NAMES})

    def __iter__(self) -> Iterator[Store]:
        return (getattr(self, field.name) for field in fields(self))

    async def close(self) -> None:
        """Close all pools."""
        for store in self:
            await store.close()
