"""What is kept of requests: so many things at most, and so many bytes; the least recently used are forgotten."""

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(OrderedDict[K, V]):
    """Things by their names, within two bounds: requests made up one by one fill one of them, large ones the other.

    What is forgotten goes at once, for it holds nothing that holds it.

    Attributes:
        weight: bytes of everything that is kept, about.
    """

    def __init__(self, most: int, heaviest: int) -> None:
        super().__init__()
        self.weight = 0
        self._most = most
        self._heaviest = heaviest
        self._weights: dict[K, int] = {}

    def keep(self, name: K, value: V, weight: int) -> None:
        """Keep something that takes about so many bytes."""
        self.weight += weight - self._weights.get(name, 0)
        self._weights[name] = weight
        self[name] = value
        self.move_to_end(name)
        while len(self) > self._most or self.weight > self._heaviest:
            forgotten, _ = self.popitem(last=False)
            self.weight -= self._weights.pop(forgotten)
