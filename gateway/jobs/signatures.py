"""Judges signatures once more that nobody could judge: the engine was missing, or the list of who is revoked."""

from collections.abc import Callable
from datetime import datetime

from resolvers.clinical.note_judging import judge_notes_again
from resolvers.document.judging import AT_ONCE, judge_again
from sources.signing import Signing
from sources.stores import Stores


class Judging:
    """Looks at what is unknown, by whom is trusted now."""

    def __init__(self, stores: Stores, signing: Signing, clock: Callable[[], datetime]) -> None:
        self._stores = stores
        self._signing = signing
        self._clock = clock

    async def run(self) -> int:
        """Judge 20 at most; how many were judged, if there may be more.

        Raises:
            SourceFailure: the documents are lost.
        """
        trust, at = self._signing.trust, self._clock()
        judged = await judge_again(self._stores, trust, at)
        return judged if judged == AT_ONCE else 0

    async def run_for_notes(self) -> int:
        """The same of notes.

        Raises:
            SourceFailure: the clinical store is lost.
        """
        judged = await judge_notes_again(self._stores, self._signing.trust, self._clock())
        return judged if judged == AT_ONCE else 0
