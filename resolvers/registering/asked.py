"""What people ask of the register, as it is found and shown: the viewer's own, and what waits for his decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from engine.batch import many, one, page
from engine.global_id import decode
from resolvers import prefixes
from resolvers.context import Context
from sources.postgres.ask import Ask, Slice, Window
from sources.registering import origin as origins
from sources.registering import request as source
from sources.registering.origin import OriginRecord
from sources.registering.request import RequestRecord

PREFIX: Final = prefixes.REGISTRY_REQUEST


class RequestKind(StrEnum):
    """What is asked of the register."""

    REGISTRATION = "REGISTRATION"
    CORRECTION = "CORRECTION"


class RequestState(StrEnum):
    """Where a request stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"


class RegistryField(StrEnum):
    """What the register says of a person."""

    SNILS = "SNILS"
    INN = "INN"
    BIRTH_ON = "BIRTH_ON"
    FAMILY_NAME = "FAMILY_NAME"
    GIVEN_NAME = "GIVEN_NAME"
    PATRONYMIC = "PATRONYMIC"
    SPECIALTY = "SPECIALTY"
    REGISTRY_NUMBER = "REGISTRY_NUMBER"
    CERTIFICATE = "CERTIFICATE"
    ACCREDITATION = "ACCREDITATION"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    EDUCATION = "EDUCATION"
    EDUCATION_LEVEL = "EDUCATION_LEVEL"
    INSTITUTION = "INSTITUTION"
    DOCUMENT_NUMBER = "DOCUMENT_NUMBER"
    COMPLETED_ON = "COMPLETED_ON"
    HOURS = "HOURS"
    EMPLOYER = "EMPLOYER"
    POSITION = "POSITION"
    DEPARTMENT = "DEPARTMENT"
    LAST_ON = "LAST_ON"


class FieldOrigin(StrEnum):
    """Where a field came from."""

    SIGN_IN = "SIGN_IN"
    EMPLOYER = "EMPLOYER"
    CODE = "CODE"


@dataclass(frozen=True)
class RegistryRequestFilter:
    """Which requests are wanted: all conditions must hold."""

    state: list[RequestState] | None = None
    kind: list[RequestKind] | None = None
    mine: bool | None = None


@dataclass(frozen=True, slots=True)
class ValueView:
    """One field of a request: what shall be there, and what was there."""

    field: str
    value: str | None
    before: str | None


def values_of(said: str | None, found: str | None) -> list[ValueView]:
    """The fields of a request; none once they were dropped."""
    if said is None:
        return []
    before: dict[str, Any] = {} if found is None else orjson.loads(found)
    return [ValueView(name, value, before.get(name)) for name, value in orjson.loads(said).items()]


def told(row: RequestRecord) -> dict[str, str | None]:
    """What a request says, by field."""
    values: dict[str, str | None] = {} if row.said is None else orjson.loads(row.said)
    return values


@one("registry", RequestRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, RequestRecord]:
    """Requests by key."""
    return await source.requests(context.stores.registry, keys, ask)


@many("registry", OriginRecord)
async def origins_of(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[OriginRecord]]:
    """Where the fields of each person came from that were changed here."""
    return await origins.origins_of(context.stores.registry, keys, ask)


def _filters(context: Context, given: RegistryRequestFilter | None) -> dict[str, object]:
    found: dict[str, object] = {}
    if given is None:
        return found
    if given.state is not None:
        found["state"] = [one.value for one in given.state]
    if given.kind is not None:
        found["kind"] = [one.value for one in given.kind]
    if given.mine is not None:
        found["mine" if given.mine else "others"] = context.viewer.subject or ""
    return found


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: RegistryRequestFilter | None = None
) -> dict[None, int]:
    return await source.request_count(context.stores.registry, keys, ask, _filters(context, filter))


@page("registry", RequestRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: RegistryRequestFilter | None = None
) -> dict[None, Slice[RequestRecord]]:
    """Requests that the viewer may see and that fit the filter, the newest first."""
    return await source.request_list(context.stores.registry, keys, ask, window, _filters(context, filter))


def key_of(id: str) -> int | None:
    """The key of a request's global id."""
    return decode(PREFIX, id)
