"""An answer over HTTP as tests look at it."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    """An answer over HTTP."""

    status: int
    body: dict[str, Any]
    content: bytes

    @property
    def data(self) -> Any:
        """The data; None when nothing was executed."""
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors."""
        found: list[dict[str, Any]] = self.body.get("errors", [])
        return found

    @property
    def codes(self) -> list[str]:
        """The codes of the errors, in their order."""
        return [error["extensions"]["code"] for error in self.errors]
