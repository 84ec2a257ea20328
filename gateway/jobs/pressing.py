"""Documents that are made of rows of a store: once each, after the commit by which they were wanted.

One that cannot be made for a reason of its own is set aside, longer each time, and keeps none of the others waiting.
"""

import uuid
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeVar

from engine.global_id import encode
from gateway.log import Log
from resolvers.names import full_name
from resolvers.printed.fonts import FontsMissing
from sources.documents.made import NewDocument, made_of_event, make
from sources.postgres.crashing import reach
from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.store import Store
from sources.postgres.writing import Unit, writing
from sources.stores import Stores

# Nobody holds the row meanwhile: whoever acts on it does not wait until its document is made.
CLAIM_SECONDS: Final = 60.0
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 6 * 3_600.0


class Wanting(Protocol):
    """A row that wants a document."""

    @property
    def id(self) -> int:
        """Its key."""
        ...


RowT = TypeVar("RowT", bound=Wanting)


class Points(NamedTuple):
    """Where the process may be told to die, to try that a document is made once."""

    read: str
    made: str
    kept: str


class Pressing(ABC, Generic[RowT]):
    """Makes the documents that are wanted; any number of processes may, each claims another row for a minute.

    Attributes:
        store_name: whose rows they are made of.
        word: what the log calls one.
        thing, prefix: what the log calls the row, and its global id.
        names: where the document of a row gets its name from: it is one, whoever makes it and however often somebody
            dies while he does.
    """

    store_name: ClassVar[str]
    word: ClassVar[str]
    thing: ClassVar[str]
    prefix: ClassVar[str]
    names: ClassVar[uuid.UUID]
    points: ClassVar[Points]

    def __init__(self, stores: Stores, log: Log) -> None:
        self._stores = stores
        self._store: Store = getattr(stores, self.store_name)
        self._log = log

    async def run(self) -> int:
        """Make the next one; how many there were.

        Raises:
            SourceFailure: a store is lost, or the files are; the document is made later.
            FontsMissing: no document can be made.
        """
        async with writing(self._store) as unit:
            row = await self._claim(unit)
        if row is None:
            return 0
        reach(self.points.read)
        try:
            await self._give(row)
        except FontsMissing:
            raise
        except Exception as failed:
            if isinstance(failed, SourceFailure) and not isinstance(failed, SourceContradicts):
                raise
            await self._set_aside(row, failed)
        return 1

    @abstractmethod
    async def _claim(self, unit: Unit) -> RowT | None:
        """A row that wants its document, kept from all others who make them for `CLAIM_SECONDS`."""

    @abstractmethod
    async def _new(self, row: RowT, event_id: str) -> NewDocument:
        """The document of a row."""

    @abstractmethod
    async def _keep(self, unit: Unit, row: RowT, kept: Any) -> None:
        """Name the document in the row."""

    @abstractmethod
    async def _keep_off(self, unit: Unit, row: RowT, pause: float) -> None:
        """Keep a row, whose document could not be made, from all for some seconds."""

    @abstractmethod
    def _attempts(self, row: RowT) -> int:
        """How often its document could not be made before."""

    async def _give(self, row: RowT) -> None:
        """Make the document of a row, unless somebody who died had made it, and name it there."""
        documents, event_id = self._stores.documents, str(uuid.uuid5(self.names, str(row.id)))
        kept = await made_of_event(documents, event_id)
        if kept is None:
            new = await self._new(row, event_id)
            async with writing(documents) as unit:
                await make(unit, documents, self._stores.files, new)
            reach(self.points.made)
            kept = await made_of_event(documents, event_id)
        if kept is not None:
            async with writing(self._store) as unit:
                await self._keep(unit, row, kept)
                reach(self.points.kept)

    async def _set_aside(self, row: RowT, failed: Exception) -> None:
        attempts = self._attempts(row)
        pause = min(FIRST_PAUSE * 2**attempts, LONGEST_PAUSE)
        async with writing(self._store) as unit:
            await self._keep_off(unit, row, pause)
        said = {self.thing: encode(self.prefix, row.id), "attempts": attempts + 1, "seconds": pause}
        self._log.event(f"{self.word} set aside", **said, errorId=self._log.noted(failed, self.word))


def called(person: Any) -> str | None:
    """The name of a person of the register; None of nobody."""
    return None if person is None else full_name(person)
