"""The seam for a checker of interactions that is not ours: asked before a prescription is signed, with codes alone."""

from collections.abc import Sequence
from typing import Any, Protocol


class Checker(Protocol):
    """A program that knows which medicines do not go together."""

    async def warnings(self, asked: Sequence[str], taken: Sequence[str]) -> list[dict[str, Any]] | None:
        """What it says of medicines that are prescribed beside those that are taken, by classes of ATC.

        Each of what it says has `code`, `severity`, `medicines` and `text`; None where it did not answer in time.
        """
        ...
