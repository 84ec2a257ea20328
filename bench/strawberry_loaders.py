"""How the usual way reads: an engine for each store, a loader for each edge, a session for each batch."""

import os
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiodataloader import DataLoader
from sqlalchemy import BigInteger, Select, and_, bindparam, column, event, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from strawberry.types import Info

from bench.strawberry_tables import Award, Filed, Mapping, Paper, Person, Place, Post, Record, Turn

Sessions = async_sessionmaker[AsyncSession]
ZONE = ZoneInfo("Europe/Moscow")
counted: ContextVar[list[str] | None] = ContextVar("counted", default=None)


def _count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    seen = counted.get()
    if seen is not None:
        seen.append(statement)


def _engine(name: str) -> AsyncEngine:
    url = os.environ[f"KABINET_{name}_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
    made = create_async_engine(url, pool_size=int(os.environ.get("KABINET_POOL", "5")), max_overflow=0)
    event.listen(made.sync_engine, "before_cursor_execute", _count)
    return made


REGISTRY, ACCREDITATION, DOCUMENTS, SCHEDULE = (
    async_sessionmaker(_engine(name), expire_on_commit=False)
    for name in ("REGISTRY", "ACCREDITATION", "DOCUMENTS", "SCHEDULE")
)


async def rows(sessions: Sessions, statement: Select[Any]) -> list[Any]:
    """The objects of one statement."""
    async with sessions() as session:
        return list((await session.scalars(statement)).all())


def by_id(sessions: Sessions, model: Any) -> DataLoader[int, Any]:
    """Loads objects by their key."""

    async def load(keys: list[int]) -> list[Any]:
        found = {row.id: row for row in await rows(sessions, select(model).where(model.id.in_(keys)))}
        return [found.get(key) for key in keys]

    return DataLoader(load)


def each(sessions: Sessions, model: Any, *order: Any, where: Any = None) -> DataLoader[int, list[Any]]:
    """Loads all objects of each person."""

    async def load(keys: list[int]) -> list[list[Any]]:
        statement = select(model).where(model.practitioner_id.in_(keys)).order_by(*order)
        grouped: dict[int, list[Any]] = {key: [] for key in keys}
        for row in await rows(sessions, statement if where is None else statement.where(where)):
            grouped[row.practitioner_id].append(row)
        return [grouped[key] for key in keys]

    return DataLoader(load)


def first_of_each(sessions: Sessions, model: type[Mapping], *order: Any) -> DataLoader[tuple[int, int], list[Any]]:
    """Loads the first objects of each person; a key is the person with how many are wanted."""

    async def load(keys: list[tuple[int, int]]) -> list[list[Any]]:
        people = func.unnest(bindparam("people", [key for key, _ in keys], ARRAY(BigInteger)))
        parents = people.table_valued(column("id", BigInteger)).render_derived("people")
        table: Any = model.__table__
        part = select(model).where(table.c.practitioner_id == parents.c.id).order_by(*order)
        part_of_each = part.limit(max(first for _, first in keys)).lateral("part")
        entity: Any = aliased(model, part_of_each)
        grouped: dict[int, list[Any]] = {key: [] for key, _ in keys}
        for row in await rows(sessions, select(entity).select_from(parents.join(part_of_each, true()))):
            grouped[row.practitioner_id].append(row)
        return [grouped[key][:first] for key, first in keys]

    return DataLoader(load)


class Loaders:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        today = self.now.astimezone(ZONE).date()
        self.people = by_id(REGISTRY, Person)
        self.places = by_id(REGISTRY, Place)
        self.posts = each(REGISTRY, Post, Post.starts_on.desc(), Post.id.desc())
        self.main_posts = each(
            REGISTRY,
            Post,
            where=and_(
                Post.kind == "MAIN", Post.starts_on <= today, or_(Post.ends_on.is_(None), Post.ends_on >= today)
            ),
        )
        self.awards = each(
            REGISTRY, Award, Award.rank.desc(), where=and_(Award.awarded_on <= today, Award.ends_on > today)
        )
        self.records = each(ACCREDITATION, Record, Record.valid_from.desc(), Record.id.desc())
        self.applications = first_of_each(ACCREDITATION, Filed, Filed.created_at.desc(), Filed.id.desc())
        self.documents = first_of_each(DOCUMENTS, Paper, Paper.created_at.desc(), Paper.id.desc())
        self.shifts = first_of_each(SCHEDULE, Turn, Turn.starts_at, Turn.id)


def loaders(info: Info) -> Loaders:
    """The loaders of the request that a resolver serves."""
    found: Loaders = info.context["loaders"]
    return found
