"""What the streams of the graph are fed with: something that happened, and where news of it come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened.

    Attributes:
        row: what the root field shows; None where more happened at once than is told one by one.
        about: prefixes of ids with the keys of what it is about; a stream that names others is not told.
        seen: the objects it is about; who may not see all of them is told nothing.
        doubted: the first of them as it would be seen if all held that cannot be known now.
        subject: whom alone it concerns.
        asked: what of `about` a stream has to name to be told.
    """

    row: Any
    about: frozenset[tuple[str, int]] | None = None
    seen: tuple[Any, ...] = ()
    doubted: Any = None
    subject: str | None = None
    asked: frozenset[tuple[str, int]] = frozenset()


class Feed(Protocol):
    """Where the news of one stream field comes from.

    Attributes:
        store: the name of the store that gives word of it.
    """

    store: str

    async def begin(self) -> None:
        """Tell from now on."""

    async def news(self) -> list[News]:
        """What happened since the last question.

        Raises:
            SourceFailure: a store did not say; nothing is lost, the next answer has it.
        """


@dataclass(frozen=True, slots=True)
class Sighted:
    """Who may see an object at an instant.

    Attributes:
        seen: the object, by which that is told.
        doubted: the same as it would be if all held that cannot be known now.
        until: the first instant at which something ends by which somebody may see it.
    """

    seen: Any
    doubted: Any
    until: datetime | None


class Sight(Protocol):
    """Tells who may see objects that streams name, of all of them at once."""

    async def look(self, keys: Sequence[int], at: datetime) -> Mapping[int, Sighted]:
        """The objects that there are.

        Raises:
            SourceFailure: the store did not say.
        """
