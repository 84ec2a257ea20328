"""A service that does something: it books beds, once for a key, and fails as it is told to."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from graphql import build_schema, graphql
from starlette.types import Receive, Scope, Send

from tests.gateway.joined.services import LINK

SDL = (
    LINK
    + """
type Query { beds: [Bed!] }
type Mutation {
  bookBed(for: ID!, wish: Wish, days: Int! = 1): Bed!
  freeBed(id: ID!): Boolean
  closeWard: Boolean
}
input Wish { note: String near: [ID!] }
type Bed @key(fields: "id") {
  id: ID! days: Int! note: String secret: String chart: String broken: Int who: Practitioner
}
type Practitioner @key(fields: "id") { id: ID! beds: Int bed: Bed }
"""
)
LINES = """
[ward]
url = "{url}"
schema = "mis.graphql"
deadline = 5
[ward.reads]
"Query.beds" = "public"
"Bed.*" = "inherits"
"Bed.secret" = "support:ticket:answer"
"Bed.chart" = "clinical:emergency:open"
"Practitioner.*" = "public"
[ward.acts]
"bookBed" = "accreditation:state:write"
"freeBed" = "accreditation:state:write"
[ward.cost]
"Mutation.bookBed" = 3
"""
_MACHINERY = (
    "scalar _Any union _Entity = Practitioner | Bed "
    "type _Service { sdl: String! } "
    "extend type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }"
)


@dataclass
class Wards:
    """What was asked of it, and how it fails.

    Attributes:
        fault: how it fails when it is told to do something; None while it is well.
        asked: the operations that came, with the key that came with each.
        everywhere: whether it fails so when it is only asked, too.
        done: by key, what was done under it.
        waits: set while something may be done; who is told to wait for it does.
    """

    fault: str | None = None
    everywhere: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.waits.set()
        made = build_schema(SDL + _MACHINERY, assume_valid=True, assume_valid_sdl=True)
        union: Any = made.type_map["_Entity"]
        union.resolve_type = lambda one, *_: one["__typename"]

        def resolve(kind: str, name: str, how: Any) -> None:
            made.type_map[kind].fields[name].resolve = how  # type: ignore[attr-defined]

        def book(_: Any, info: Any, *, days: int, wish: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
            if self.fault == "refuses":
                raise ValueError("a secret of the ward")
            who = {"__typename": "Practitioner", "id": given["for"]}
            bed = {"__typename": "Bed", "id": f"b{len(self.done)}", "days": days, "secret": "s", "who": who}
            return self.done.setdefault(info.context, {**bed, "note": (wish or {}).get("note")})

        def broken(*_: Any) -> int:
            raise ValueError("a secret of the bed")

        resolve("Query", "_entities", lambda *_, representations: representations)
        resolve("Query", "_service", lambda *_: {"sdl": SDL})
        resolve("Query", "beds", lambda *_: [])
        resolve("Mutation", "bookBed", book)
        resolve("Mutation", "freeBed", lambda *_, id: id in {one["id"] for one in self.done.values()})
        resolve("Bed", "broken", broken)
        resolve("Practitioner", "beds", lambda *_: len(self.done))
        resolve("Practitioner", "bed", lambda *_: {"__typename": "Bed", "id": "b0", "days": 1, "chart": "c"})
        self._schema = made

    @property
    def acts(self) -> list[str | None]:
        """The keys of all that it was told to do."""
        return [key for text, key in self.asked if text.startswith("mutation")]

    def afresh(self) -> None:
        """Forget what was asked; what was done stays done."""
        self.fault, self.everywhere = None, False
        self.asked.clear()
        self.waits.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        said = json.loads((await receive())["body"])
        key = next((value.decode() for name, value in scope["headers"] if name == b"idempotency-key"), None)
        self.asked.append((said["query"], key))
        fault = self.fault if said["query"].startswith("mutation") or self.everywhere else None
        if fault == "breaks before":
            await self._break(send)
            return
        await self.waits.wait()
        answer = await graphql(self._schema, said["query"], variable_values=said.get("variables"), context_value=key)
        if fault == "breaks after":
            await self._break(send)
            return
        if fault == "slow":
            await asyncio.sleep(1)
        told: Any = answer.formatted
        if fault == "wrong type":
            told = {"data": {"bookBed": 5}}
        elif fault == "drops":
            told = {"errors": [{"message": "a secret of the ward"}]}
        content = b"<html>" if fault == "garbage" else json.dumps(told).encode()
        status = {"500": 500, "403": 403}.get(fault or "", 200)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    @staticmethod
    async def _break(send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
