"""The usual way: Strawberry, one aiodataloader for each edge, the ORM of SQLAlchemy over asyncpg; no rights.

Written as its documentation has it, over the same tables, and answering the three operations as the product does.
"""

import base64
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import strawberry
from aiodataloader import DataLoader
from sqlalchemy import ARRAY, BigInteger, ScalarResult, Select, and_, column, event, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, aliased
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from sources import accreditation, application as applications, document, employment, organization, practitioner, schedule
from sources.books import BOOKS

T = TypeVar("T")
ZONE = ZoneInfo("Europe/Moscow")
LEVELS = {1: "SECOND", 2: "FIRST", 3: "HIGHEST"}
ENDS = frozenset({"ACTIVE", "UNDER_REVIEW", "SUSPENDED"})
counted: ContextVar[list[int] | None] = ContextVar("counted", default=None)


class Base(DeclarativeBase):
    """What the mapped classes share."""


class Person(Base):
    """A row of the register."""

    __table__ = practitioner.practitioner


class Award(Base):
    """A qualification category."""

    __table__ = practitioner.qualification


class Post(Base):
    """An employment."""

    __table__ = employment.employment


class Place(Base):
    """An organisation."""

    __table__ = organization.organization


class Record(Base):
    """A record of accreditation."""

    __table__ = accreditation.accreditation


class Request_(Base):
    """An application."""

    __table__ = applications.application


class Paper(Base):
    """A document."""

    __table__ = document.document


class Work(Base):
    """A shift."""

    __table__ = schedule.shift
