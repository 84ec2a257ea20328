"""What answers tell of errors, where their root fields are named otherwise."""

from typing import Any

from tests.answer import Answer

# What is another one's in each request.
_ITS_OWN = frozenset({"requestId", "timestamp", "errorId"})


def told(answer: Answer) -> list[tuple[str, str]]:
    """Path below the root, code and all else that is said of each error, in an order of its own."""
    return sorted((str(error.get("path", [])[1:]), _said(error["extensions"])) for error in answer.errors)


def _said(extensions: dict[str, Any]) -> str:
    return str(sorted((name, str(value)) for name, value in extensions.items() if name not in _ITS_OWN))
