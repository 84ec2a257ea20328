"""The program of another team: it has the shifts of people, tells of them by GraphQL, and knows nothing of rights.

    python -m tests.sources.graph.team postgresql://…

prints its address, and serves until its standard input ends. `asked` of its root tells how often it was asked.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from graphql import GraphQLObjectType, GraphQLUnionType, build_schema, graphql

from sources import schedule
from sources.postgres.ask import Ask, Window
from sources.postgres.store import Store

SDL = """
scalar _Any
scalar Rule
union _Entity = Shift | Person
type Query { _entities(representations: [_Any!]!): [_Entity]!  asked: Int! }
type Person { id: ID!  shifts(first: Int, last: Int, after: String, before: String, from: String, to: String,
                              rules: [[Rule!]!]): Shifts! }
type Shifts { edges: [Edge!]!  pageInfo: PageInfo!  totalCount: Int! }
type Edge { cursor: String!  node: Shift! }
type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean! }
type Shift { id: ID!  worker: Person!  place: Int!  part: Int  room: String
             begins: String!  ends: String!  sort: String! }
"""
# What it calls what our rules look at.
COLUMNS = {"worker": "practitioner_id", "place": "organization_id", "part": "department_id"}


class Team:
    """The program."""

    def __init__(self, url: str) -> None:
        self._store = Store("schedule", url, deadline=20)
        self._asked = 0
        self._schema = build_schema(SDL)
        union = self._schema.type_map["_Entity"]
        assert isinstance(union, GraphQLUnionType)
        union.resolve_type = lambda value, _info, _type: "Person" if isinstance(value, Person) else "Shift"
        shift = self._schema.type_map["Shift"]
        assert isinstance(shift, GraphQLObjectType)
        for name, take in TAKEN.items():
            shift.fields[name].resolve = take

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one operation."""
        self._asked += 1
        sent = await request.json()
        root = {"_entities": self._entities, "asked": self._asked - 1}
        done = await graphql(self._schema, sent["query"], root, variable_values=sent.get("variables"))
        return web.json_response(done.formatted)

    async def _entities(self, _info: Any, representations: list[dict[str, Any]]) -> list[Any]:
        keys = [int(one["id"].partition("_")[2]) for one in representations]
        if representations[0]["__typename"] == "Person":
            people = People(self._store, keys)
            return [Person(people, key) for key in keys]
        found = await schedule.shifts(self._store, keys, Ask(datetime.now(UTC)))
        return [found.get(key) for key in keys]


class People:
    """Several whose shifts are asked for at once."""

    def __init__(self, store: Store, keys: list[int]) -> None:
        self.store = store
        self.keys = keys
        self.pages: dict[str, asyncio.Future[Any]] = {}

    def once(self, asked: dict[str, Any]) -> "asyncio.Future[Any]":
        """The same question of all of them is asked once."""
        known = json.dumps(asked, sort_keys=True)
        if known not in self.pages:
            self.pages[known] = asyncio.ensure_future(self._found(asked))
        return self.pages[known]

    async def _found(self, asked: dict[str, Any]) -> tuple[Any, Any]:
        groups = tuple(
            tuple((COLUMNS[rule["column"]], rule["among"]) for rule in group) for group in asked.get("rules") or ()
        )
        ask = Ask(datetime.now(UTC), None, groups)
        filters: dict[str, object] = {}
        if asked.get("from"):
            start, end = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
            filters = {"ends_after": start, "starts_before": end}
        after, before = (tuple(json.loads(asked[name])) if asked.get(name) else None for name in ("after", "before"))
        window = Window(asked.get("last") or asked.get("first") or 1, "last" in asked, after, before)
        pages = await schedule.shifts_of(self.store, self.keys, ask, window, filters)
        return pages, await schedule.shifts_count(self.store, self.keys, ask, filters)


class Person:
    """One of them."""

    def __init__(self, people: People, key: int) -> None:
        self._people = people
        self._key = key

    async def shifts(self, _info: Any, **asked: Any) -> dict[str, Any]:
        """A page of his shifts, and how many there are."""
        pages, counts = await self._people.once(asked)
        page = pages.get(self._key)
        rows = [] if page is None else page.rows
        edges = [{"cursor": json.dumps([row.starts_at.isoformat(), row.id]), "node": row} for row in rows]
        ends = {"hasNextPage": bool(page and page.more), "hasPreviousPage": bool(page and page.more)}
        return {"edges": edges, "pageInfo": ends, "totalCount": counts.get(self._key, 0)}


TAKEN: dict[str, Any] = {
    "id": lambda row, _info: f"shift_{row.id}",
    "worker": lambda row, _info: {"id": f"prac_{row.practitioner_id}"},
    "place": lambda row, _info: row.organization_id,
    "part": lambda row, _info: row.department_id,
    "begins": lambda row, _info: row.starts_at.isoformat(),
    "ends": lambda row, _info: row.ends_at.isoformat(),
    "sort": lambda row, _info: row.kind,
}


async def _serve(url: str) -> None:
    app = web.Application()
    app.router.add_post("/graphql", Team(url).answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}/graphql\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
