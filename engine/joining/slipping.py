"""Who has no slip is not asked for: representations by what may be asked of them; the slips themselves stay here.

A slip is good for one field of one object: nothing that a caller names like it, and nothing that a service adds to
what it was asked for, can stand in its place.
"""

import secrets
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final

from engine.joining.permits import Permits
from engine.joining.services import Group, Places, Representation
from engine.joining.steps import Entities, Fetch

_TYPENAME: Final = "__typename"
_KEY: Final = "id"
_SECRET: Final = secrets.token_bytes(32)


def slip_for(coordinate: str, key: str) -> str:
    """The slip of a field on the object of a global id, good in this process."""
    return blake2b(f"{coordinate} {key}".encode("utf-8", "surrogatepass"), key=_SECRET, digest_size=16).hexdigest()


class Slipping:
    """Groups the entities of one request by their slips."""

    def __init__(self, permits: Permits) -> None:
        # By type, the slips with the coordinates that they are for.
        self._slips: dict[str, dict[str, str]] = {}
        for coordinate, permit in permits.items():
            if permit.slip is not None:
                self._slips.setdefault(coordinate.partition(".")[0], {})[permit.slip] = coordinate

    def __call__(
        self,
        fetch: Fetch,  # noqa: ARG002 - whoever is asked
        entities: Entities,  # noqa: ARG002 - whatever is asked of them
        representations: Sequence[Representation],
        places: Places,  # noqa: ARG002 - wherever they stand
    ) -> Iterable[Group]:
        """The groups: in each, the same is withheld of all."""
        found: dict[frozenset[str], tuple[list[int], list[Representation]]] = {}
        for number, given in enumerate(representations):
            held = self._slips.get(given.get(_TYPENAME, ""))
            withheld = frozenset[str]()
            if held:
                key = str(given.get(_KEY))
                withheld = frozenset(
                    [
                        coordinate
                        for slip, coordinate in held.items()
                        if (said := given.get(slip)) is None or said != slip_for(coordinate, key)
                    ]
                )
                given = {key: value for key, value in given.items() if key not in held}  # noqa: PLW2901
            numbers, some = found.setdefault(withheld, ([], []))
            numbers.append(number)
            some.append(given)
        return [Group(numbers, some, withheld) for withheld, (numbers, some) in found.items()]

    def is_slip(self, name: str) -> bool:
        """Whether a slip has a name."""
        return any(name in held for held in self._slips.values())

    def is_for(self, slip: str, coordinate: str) -> bool:
        """Whether a field of another service is asked for under a slip."""
        return self._slips.get(coordinate.partition(".")[0], {}).get(slip) == coordinate
