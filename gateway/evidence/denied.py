"""Who asks again and again for what he may not read: counted in the process, and told to the store in groups."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from auth.minimums import PROGRAMS
from auth.viewer import Viewer
from engine.context import Refusal

# So many accounts are counted between two tellings; a crowd beyond them is no single one that asks too much.
MOST: Final = 10_000
# A second factor that is too old, or another workplace, is no sign of somebody who looks around.
COUNTED: Final = frozenset({"ROLE", "OBJECT"})


class DeniedReads:
    """How many operations of each account were refused clinical or identity data, since the last telling."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def note(self, viewer: Viewer, refused: Iterable[Refusal], barred: Mapping[str, str]) -> None:
        """Count an operation of somebody signed in, once, if it was refused such data.

        Programs ask in bulk, each with what it is given: an account of theirs is not counted.
        """
        facts = viewer.facts
        if facts is None or any(role.name in PROGRAMS for role in viewer.roles):
            return
        if COUNTED.isdisjoint(barred.values()) and not any(one.reason.word in COUNTED for one in refused):
            return
        if facts.subject in self._counted or len(self._counted) < MOST:
            self._counted[facts.subject] += 1

    def taken(self) -> dict[str, int]:
        """What was counted; from here on it is counted anew."""
        counted, self._counted = self._counted, Counter()
        return dict(counted)

    def again(self, counted: Mapping[str, int]) -> None:
        """Count what could not be told once more."""
        for account, number in counted.items():
            if account in self._counted or len(self._counted) < MOST:
                self._counted[account] += number
