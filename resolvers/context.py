"""The context of one operation as resolvers see it: the stores, the viewer, the clock."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auth.viewer import Viewer
from engine.context import Condition
from engine.context import Context as EngineContext
from sources.ask import Ask, Window
from sources.stores import Stores

if TYPE_CHECKING:
    from resolvers.news import News


@dataclass(eq=False)
class Context(EngineContext):
    """Made for each operation; `viewer` is also what the engine knows as `rights`.

    Attributes:
        told: the news that this operation of a stream tells.
    """

    stores: Stores
    viewer: Viewer
    told: "News | None" = None

    def ask(self, columns: frozenset[str] | None, narrow: tuple[tuple[Condition, ...], ...]) -> Ask:
        """How rows are asked for, at the operation's instant."""
        return Ask(self.at, columns, narrow)

    def window(
        self, size: int, *, backward: bool, after: tuple[Any, ...] | None, before: tuple[Any, ...] | None
    ) -> Window:
        """Which part of a list is wanted."""
        return Window(size, backward, after, before)
