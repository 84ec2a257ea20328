"""The usual way: Strawberry, one aiodataloader for each edge, the ORM of SQLAlchemy over asyncpg; no rights.

Written as their documentation has it, over the same tables, answering the three operations as the product does.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

import strawberry
from sqlalchemy import select, tuple_
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from bench.strawberry_loaders import REGISTRY, Loaders, counted, loaders, rows
from bench.strawberry_tables import Person
from bench.strawberry_types import (
    Accreditation,
    Application,
    Category,
    Document,
    Employment,
    Organization,
    Shift,
    Specialty,
    specialty_of,
)

T = TypeVar("T")
LEVELS = {1: "SECOND", 2: "FIRST", 3: "HIGHEST"}


@strawberry.type
class Nodes(Generic[T]):
    """A part of a list."""

    nodes: list[T]


@strawberry.type
class Practitioner:
    """A medical worker."""

    id: strawberry.ID
    registry_number: str
    full_name: str
    specialty: Specialty | None
    phone: str | None
    email: str | None
    snils: str
    key: strawberry.Private[int]

    @classmethod
    def of(cls, row: Person) -> "Practitioner":
        """The practitioner of a row."""
        return cls(
            id=strawberry.ID(f"prac_{row.id}"),
            registry_number=row.registry_number,
            full_name=" ".join(part for part in (row.family_name, row.given_name, row.patronymic) if part),
            specialty=specialty_of(row.specialty_code),
            phone=row.phone,
            email=row.email,
            snils=row.snils,
            key=row.id,
        )

    @strawberry.field
    async def category(self, info: Info) -> Category | None:
        """Highest category in force."""
        awards = await loaders(info).awards.load(self.key)
        return Category(level=LEVELS[awards[0].rank]) if awards else None

    @strawberry.field
    async def organization(self, info: Info) -> Organization | None:
        """Organisation of the main employment."""
        posts = await loaders(info).main_posts.load(self.key)
        return Organization.of(await loaders(info).places.load(posts[0].organization_id)) if posts else None

    @strawberry.field
    async def accreditations(self, info: Info) -> list[Accreditation]:
        """Records of accreditation."""
        found = loaders(info)
        return [Accreditation.of(row, found.now) for row in await found.records.load(self.key)]

    @strawberry.field
    async def employments(self, info: Info) -> list[Employment]:
        """Posts."""
        return [Employment.of(row) for row in await loaders(info).posts.load(self.key)]

    @strawberry.field
    async def applications(self, info: Info, first: int = 20) -> Nodes[Application]:
        """Applications."""
        return Nodes(nodes=[Application.of(row) for row in await loaders(info).applications.load((self.key, first))])

    @strawberry.field
    async def documents(self, info: Info, first: int = 20) -> Nodes[Document]:
        """Documents."""
        return Nodes(nodes=[Document.of(row) for row in await loaders(info).documents.load((self.key, first))])

    @strawberry.field
    async def shifts(self, info: Info, first: int = 20) -> Nodes[Shift]:
        """Shifts."""
        return Nodes(nodes=[Shift.of(row) for row in await loaders(info).shifts.load((self.key, first))])


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    end_cursor: str | None
    has_next_page: bool


@strawberry.type
class Page(Nodes[Practitioner]):
    """A page of practitioners."""

    page_info: PageInfo


@strawberry.input
class PractitionerBy:
    """Names one practitioner."""

    id: strawberry.ID


@strawberry.type
class Query:
    """The questions of the three operations."""

    @strawberry.field
    async def practitioner(self, info: Info, by: PractitionerBy) -> Practitioner | None:
        """One practitioner."""
        row = await loaders(info).people.load(int(by.id.removeprefix("prac_")))
        return Practitioner.of(row) if row else None

    @strawberry.field
    async def practitioners(self, first: int = 20, after: str | None = None) -> Page:
        """Practitioners by name."""
        statement = select(Person).order_by(Person.sort_name, Person.id).limit(first + 1)
        if after is not None:
            place = json.loads(base64.urlsafe_b64decode(after))
            statement = statement.where(tuple_(Person.sort_name, Person.id) > tuple_(*place))
        people = await rows(REGISTRY, statement)
        shown = people[:first]
        end = json.dumps([shown[-1].sort_name, shown[-1].id]).encode() if shown else None
        cursor = base64.urlsafe_b64encode(end).decode() if end else None
        page_info = PageInfo(end_cursor=cursor, has_next_page=len(people) > first)
        return Page(nodes=[Practitioner.of(row) for row in shown], page_info=page_info)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


INSTANTS = {datetime: strawberry.scalar(name="DateTime", serialize=_instant, parse_value=datetime.fromisoformat)}
schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=cast("Any", INSTANTS)))


class Endpoint(GraphQL[dict[str, Loaders], None]):
    """Strawberry's own ASGI application, with loaders for each request."""

    async def get_context(self, *_: Any, **__: Any) -> dict[str, Loaders]:
        """What resolvers get."""
        return {"loaders": Loaders()}


endpoint: Any = Endpoint(schema, graphql_ide=None, allow_queries_via_get=False)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application; a header of each answer says how many statements it took."""
    seen: list[str] = []

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-statements", b"%d" % len(seen))]
        await send(message)

    if scope["type"] == "http":
        counted.set(seen)
        await endpoint(scope, receive, sent)
