"""The operations, and how each contender is asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from gateway.identity.cookie import CSRF_HEADER, PLAIN, csrf_of

# List is asked for so many pages in turn, of so many rows; the rows stand in its document, too.
PAGES, ROWS = 50, 50
FOLDER = Path(__file__).parent / "operations"
# Stands between the headers of one request.
BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        of: what it is asked about in turn: practitioners, patients, the pages of all practitioners, or one page alone.
        viewer: the one of the cast whose patients it shows, and who asks; else anybody may.
    """

    name: str
    document: str
    of: Literal["people", "patients", "pages", "page"]
    viewer: str | None = None

    def body(self, variables: Mapping[str, Any]) -> bytes:
        """The body of a request."""
        named = self.name.capitalize()
        return orjson.dumps({"operationName": named, "query": self.document, "variables": variables})


def _named(name: str, of: Literal["people", "patients", "pages", "page"], viewer: str | None = None) -> Operation:
    return Operation(name, (FOLDER / f"{name}.graphql").read_text(encoding="utf-8"), of, viewer)


OPERATIONS = {
    one.name: one
    for one in (
        _named("card", "people"),
        _named("cabinet", "people"),
        _named("list", "pages"),
        _named("chart", "patients", "therapist"),
        _named("ward", "page", "supervisor"),
    )
}
PLACE = Operation(
    "place",
    "query Place($first: Int!, $after: String) {"
    " practitioners(first: $first, after: $after) { pageInfo { endCursor } } }",
    "pages",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its body, and what shows who asks: a bearer, or the cookie of a browser's session."""

    body: bytes
    bearer: str | None = None
    cookie: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What the head says of who asks."""
        if self.cookie is not None:
            return {"cookie": f"{PLAIN[0]}={self.cookie}", CSRF_HEADER.decode(): csrf_of(self.cookie)}
        return {} if self.bearer is None else {"authorization": f"Bearer {self.bearer}"}


def written(requests: list[Asked]) -> bytes:
    """The requests as the load generator reads them: a line for each, its headers, a tab, the body."""
    return b"".join(b"%s\t%s\n" % (_heads(asked), asked.body) for asked in requests)


def _heads(asked: Asked) -> bytes:
    return BETWEEN.join(f"{name}: {value}" for name, value in asked.headers.items()).encode()
