"""The three operations, and how each contender is asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

# List is asked for so many pages in turn, of so many rows; the rows stand in its document, too.
PAGES, ROWS = 50, 50
FOLDER = Path(__file__).parent / "operations"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `card`, `cabinet` or `list`."""

    name: str
    document: str

    @property
    def paged(self) -> bool:
        """Whether it is asked for by page, and not by person."""
        return self.name == "list"

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The body of a request."""
        named = self.name.capitalize()
        return orjson.dumps({"operationName": named, "query": self.document, "variables": variables})


OPERATIONS = {
    name: Operation(name, (FOLDER / f"{name}.graphql").read_text(encoding="utf-8"))
    for name in ("card", "cabinet", "list")
}
PLACE = Operation(
    "place",
    "query Place($first: Int!, $after: String) {"
    " practitioners(first: $first, after: $after) { pageInfo { endCursor } } }",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its body and the bearer, if any."""

    body: bytes
    bearer: str | None = None


def written(requests: list[Asked]) -> bytes:
    """The requests as the load generator reads them: a line for each, the bearer, a tab, the body."""
    return b"".join(b"%s\t%s\n" % ((asked.bearer or "").encode(), asked.body) for asked in requests)
