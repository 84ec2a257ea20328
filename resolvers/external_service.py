"""External services (внешние сервисы) of an organisation: found, configured by its head, disabled by him.

Nobody hands a secret to the cabinet: an act says under which name the operator keeps it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from auth.permissions import Permission as P
from auth.role import RoleName
from engine.batch import many, one
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import unfit
from resolvers.viewer import complete
from sources import external_service as source
from sources.external_service import ExternalServiceRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

PREFIX: Final = prefixes.EXTERNAL_SERVICE
KEYS: Final[Keys] = {"org": "organization_id"}
STORE: Final = "registry"
EVENT: Final = "EXTERNAL_SERVICE_CHANGED"
LONGEST: Final = 300
LONGEST_NAME: Final = 64
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]*)*", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*", re.ASCII)
C = ProblemCode


class ExternalServiceKind(StrEnum):
    """What a service is for."""

    TELEMEDICINE = "TELEMEDICINE"
    PRESCRIPTIONS = "PRESCRIPTIONS"
    REFERRALS = "REFERRALS"


class ExternalServiceStatus(StrEnum):
    """How a service is."""

    DISABLED = "DISABLED"
    NOT_CHECKED = "NOT_CHECKED"
    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"


class ExternalServiceFault(StrEnum):
    """Why the last check of a service did not go well."""

    SECRET_UNKNOWN = "SECRET_UNKNOWN"  # noqa: S105 - a word, for a secret that nobody keeps
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    UNREACHABLE = "UNREACHABLE"
    TIMED_OUT = "TIMED_OUT"
    ACCESS_DENIED = "ACCESS_DENIED"
    ANSWER_REFUSED = "ANSWER_REFUSED"


class TelemedicineCheckKind(StrEnum):
    """What is looked at before somebody works on a platform."""

    CONFIGURED = "CONFIGURED"
    ENABLED = "ENABLED"
    AVAILABLE = "AVAILABLE"


@dataclass(kw_only=True)
class ConfigureExternalServiceInput(ActInput):
    """Of which organisation, where the service is asked, and under which name its secret is kept."""

    organization_id: str
    kind: str
    endpoint: str
    secret_name: str
    expected_version: int | None = None


@dataclass(kw_only=True)
class DisableExternalServiceInput(VersionInput):
    """The service as it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalServicePayload:
    """The service after the act."""

    service_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TelemedicineCheckView:
    """One thing that is looked at."""

    kind: str
    passed: bool


@dataclass(frozen=True, slots=True)
class TelemedicineAccessView:
    """The platform at the workplace of the viewer, and what was looked at."""

    service_id: int | None
    status: str | None
    checks: list[TelemedicineCheckView]


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose service it is to be, as rights look at it."""

    organization_id: int


def status_of(enabled: bool, checked_at: datetime | None, fault: str | None) -> ExternalServiceStatus:
    """How a service is, as its last check says."""
    if not enabled:
        return ExternalServiceStatus.DISABLED
    if checked_at is None:
        return ExternalServiceStatus.NOT_CHECKED
    return ExternalServiceStatus.AVAILABLE if fault is None else ExternalServiceStatus.UNAVAILABLE


def fault_of(enabled: bool, fault: str | None) -> ExternalServiceFault | None:
    """Why the last check of an enabled service did not go well."""
    return ExternalServiceFault(fault) if enabled and fault is not None else None


@one("registry", ExternalServiceRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ExternalServiceRecord]:
    """Services by key."""
    return await source.external_services(context.stores.registry, keys, ask)


@many("registry", ExternalServiceRecord)
async def of_organization(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ExternalServiceRecord]]:
    """The services of each organisation, by kind."""
    return await source.services_of(context.stores.registry, keys, ask)


@one("registry", TelemedicineAccessView)
async def telemedicine(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, TelemedicineAccessView]:
    """The platform at the workplace under which the viewer asks, where he is accredited for telemedicine there."""
    complete(context)
    workplace = context.viewer.standing.workplace
    accredited = {place for role in context.viewer.roles if role.name is RoleName.REM for place in role.organizations}
    if workplace is None or workplace.organization_id not in accredited:
        return {}
    rows = await source.services_of(context.stores.registry, [workplace.organization_id], Ask(ask.at))
    platform = next((row for row in rows[workplace.organization_id] if row.kind == "TELEMEDICINE"), None)
    status = None if platform is None else status_of(platform.enabled, platform.checked_at, platform.fault)
    passed = {
        TelemedicineCheckKind.CONFIGURED: platform is not None,
        TelemedicineCheckKind.ENABLED: platform is not None and platform.enabled,
        TelemedicineCheckKind.AVAILABLE: status is ExternalServiceStatus.AVAILABLE,
    }
    found = TelemedicineAccessView(
        None if platform is None else platform.id,
        status,
        [TelemedicineCheckView(kind, well) for kind, well in passed.items()],
    )
    return dict.fromkeys(keys, found)


async def configure(context: Context, *, input: ConfigureExternalServiceInput) -> ExternalServicePayload:
    """Say where a service is asked, for the first time or anew; it is enabled with that, and checked at once."""

    async def do(unit: Unit) -> Effect:
        place = decode(prefixes.ORGANIZATION, input.organization_id) or 0
        require(context, P.ORGANIZATION_SERVICE_WRITE, _Whose(place), KEYS)
        if problems := [*_wrong(input)]:
            raise Hindered(*problems)
        kind, subject = str(input.kind), context.viewer.subject or ""
        row = await source.of_kind(unit, place, kind)
        reach("locked")
        at = after(context.at, None if row is None else row.changed_at)
        if row is None:
            if input.expected_version is not None:
                raise Hindered(Problem(C.NOT_FOUND, ("kind",)))
            made = await source.made(unit, place, kind, input.endpoint, input.secret_name, subject, at)
        else:
            as_it_was_read(row, input.expected_version or 0, "RECORD", service_id=row.id)
            made = await source.changed(unit, row.id, input.endpoint, input.secret_name, subject, at)
        return _effect(made, "CONFIGURED", at)

    doing = Doing(context, "configureExternalService", P.ORGANIZATION_SERVICE_WRITE, input, do, STORE)
    return await carried_out(doing, ExternalServicePayload)


async def disable(context: Context, *, input: DisableExternalServiceInput) -> ExternalServicePayload:
    """Let a service be asked by nobody, until it is configured again."""

    async def do(unit: Unit) -> Effect:
        key, seen = decode(PREFIX, input.id), context.viewer[P.ORGANIZATION_SERVICE_READ]
        found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
        reach("locked")
        row = there(found, seen, "id")
        require(context, P.ORGANIZATION_SERVICE_WRITE, row, KEYS)
        as_it_was_read(row, input.expected_version, "RECORD", service_id=row.id)
        if not row.enabled:
            raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), service_id=row.id)
        at = after(context.at, row.changed_at)
        return _effect(await source.disabled(unit, row.id, context.viewer.subject or "", at), "DISABLED", at)

    doing = Doing(context, "disableExternalService", P.ORGANIZATION_SERVICE_WRITE, input, do, STORE)
    return await carried_out(doing, ExternalServicePayload)


def _wrong(input: ConfigureExternalServiceInput) -> Iterator[Problem]:
    for name, value, longest, fits in (
        ("endpoint", input.endpoint, LONGEST, is_endpoint(input.endpoint)),
        ("secretName", input.secret_name, LONGEST_NAME, _NAME.fullmatch(input.secret_name) is not None),
    ):
        problem = unfit(value, longest, name)
        if problem is None and not fits:
            problem = Problem(C.FIELD_FORMAT, (name,), {"field": name})
        if problem is not None:
            yield problem


def is_endpoint(text: str) -> bool:
    """Whether a text is an https address without anything that might be a secret: a user, a query, a fragment."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    whole = f"https://{parts.hostname}{'' if port is None else f':{port}'}{parts.path}"
    fits = _HOST.fullmatch(parts.hostname or "") is not None and _PATH.fullmatch(parts.path) is not None
    return fits and port != 0 and text == whole


def _effect(made: ExternalServiceRecord, step: str, at: datetime) -> Effect:
    grounds: dict[str, Any] = {
        "organization": encode(prefixes.ORGANIZATION, made.organization_id),
        "service": made.kind,
        "versionAfter": made.version,
    }
    return Effect(
        at=at,
        outcome={"service_id": made.id},
        thing=encode(PREFIX, made.id),
        events=((EVENT, {"serviceId": made.id, "organizationId": made.organization_id, "step": step}),),
        grounds=grounds,
    )
