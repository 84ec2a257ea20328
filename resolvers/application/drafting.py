"""Acts of the applicant on drafts: begin one, change it, delete it, begin the next attempt, begin a renewal."""

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, ObjectInput, VersionInput
from resolvers.acts.keys import ACCREDITATION
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.application import PREFIX, course
from resolvers.application.filing import ACT_KEYS, change, effect, employed_at, hold, impossible
from resolvers.application.naming import find_named
from resolvers.application.payload import ApplicationPayload, DiscardPayload
from resolvers.application.wishes import Wishes, columns_of
from resolvers.context import Context
from sources.accreditation import AccreditationRecord
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.writing import Unit

ORGANISATIONAL = "ORGANISATIONAL"
# What the next attempt takes over from the one before.
CARRIED = (
    "practitioner_id", "holder_organization_id", "kind", "specialty_code", "organization_id", "purpose", "days",
    "supervisor_id", "base_id", "directions", "licence_number", "phone", "email", "renews_id",
)  # fmt: skip
RENEWABLE = frozenset({"ACTIVE", "UNDER_REVIEW"})


@dataclass(kw_only=True)
class CreateApplicationInput(ActInput, Wishes):
    """A new draft."""

    kind: str


@dataclass(kw_only=True)
class UpdateApplicationInput(VersionInput, Wishes):
    """Changes of a draft."""


@dataclass(kw_only=True)
class DiscardApplicationInput(VersionInput):
    """The draft that nobody needs."""


@dataclass(kw_only=True)
class ResubmitApplicationInput(ObjectInput):
    """The application that was rejected."""


@dataclass(kw_only=True)
class RenewAccreditationInput(ObjectInput):
    """The record that shall be followed by another."""


async def create(context: Context, *, input: CreateApplicationInput) -> ApplicationPayload:
    """Begin a draft."""

    async def do(unit: Unit) -> Effect:
        columns = columns_of(input, {}, context.at)
        await _know_base(context, unit, columns)
        whose = holder(context, str(input.kind), columns.get("organization_id"))
        await find_named(context, unit, input, whose.get("practitioner_id"))
        return await _begun(context, unit, {"kind": str(input.kind), **columns, **whose}, attempt=1)

    doing = Doing(context, "createApplication", P.APPLICATION_FILE_WRITE, input, do)
    return await carried_out(doing, ApplicationPayload)


async def update(context: Context, *, input: UpdateApplicationInput) -> ApplicationPayload:
    """Change what a draft says."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, input.expected_version)
        see_it_a_draft(context, row)
        columns = columns_of(input, json.loads(row.consents), context.at)
        await _know_base(context, unit, columns)
        await find_named(context, unit, input, row.practitioner_id)
        if row.kind == ORGANISATIONAL and "organization_id" in columns:
            columns |= holder(context, row.kind, columns["organization_id"])
        made = change(context, row, None, columns)
        return effect(made, "UPDATED", before=row.version)

    doing = Doing(context, "updateApplication", P.APPLICATION_FILE_WRITE, input, do)
    return await carried_out(doing, ApplicationPayload)


async def discard(context: Context, *, input: DiscardApplicationInput) -> DiscardPayload:
    """Delete a draft: it was never submitted, so that only the journal of acts says that it was there."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, input.expected_version)
        see_it_a_draft(context, row)
        thing = encode(PREFIX, row.id)
        return Effect(
            at=after(context.at, row.changed_at),
            outcome={"discarded_id": thing},
            thing=thing,
            change=source.discarded(row.id),
            grounds={"versionBefore": row.version},
        )

    doing = Doing(context, "discardApplication", P.APPLICATION_FILE_WRITE, input, do)
    return await carried_out(doing, DiscardPayload)


async def resubmit(context: Context, *, input: ResubmitApplicationInput) -> ApplicationPayload:
    """Begin the next attempt after a rejection, with what the last one said; consents have to be given anew."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE)
        see_it_rejected(context, row)
        if (next_one := await source.successor(unit, row.id)) is not None:
            raise Hindered(Problem(ProblemCode.ALREADY_OPEN, ("id",)), application_id=next_one)
        columns: dict[str, Any] = {name: getattr(row, name) for name in CARRIED}
        columns["papers"], columns["document_ids"] = json.loads(row.papers), _enclosed(row)
        columns |= holder(context, row.kind, row.organization_id)
        return await _begun(context, unit, {**columns, "previous_id": row.id}, attempt=row.attempt + 1)

    doing = Doing(context, "resubmitApplication", P.APPLICATION_FILE_WRITE, input, do)
    return await carried_out(doing, ApplicationPayload)


async def renew(context: Context, *, input: RenewAccreditationInput) -> ApplicationPayload:
    """Begin the application for the record that follows one; consents have to be given anew."""

    async def do(unit: Unit) -> Effect:
        record = await _record(context, unit, decode(prefixes.ACCREDITATION, input.id), "id")
        require(context, P.APPLICATION_FILE_WRITE, record, ACT_KEYS)
        see_it_renewable(record)
        before = None if record.application_id is None else await source.held(unit, record.application_id)
        columns = _prefilled(record, before)
        columns |= holder(context, record.kind, columns["organization_id"])
        return await _begun(context, unit, columns, attempt=1)

    doing = Doing(context, "renewAccreditation", P.APPLICATION_FILE_WRITE, input, do)
    return await carried_out(doing, ApplicationPayload)


def see_it_a_draft(context: Context, row: ApplicationRecord) -> None:
    """See to it that an application was not submitted yet.

    Raises:
        Hindered: it was.
    """
    if row.stage != course.DRAFT:
        raise impossible(context, row)


def see_it_rejected(context: Context, row: ApplicationRecord) -> None:
    """See to it that an application was rejected.

    Raises:
        Hindered: it was not.
    """
    if row.outcome != course.REJECTED:
        raise impossible(context, row)


def see_it_renewable(record: AccreditationRecord) -> None:
    """See to it that another record may follow this one.

    Raises:
        Hindered: none may.
    """
    if record.state not in RENEWABLE:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": ""}))


async def _begun(context: Context, unit: Unit, columns: dict[str, Any], *, attempt: int) -> Effect:
    key, at = await source.next_key(unit), context.at
    made = await source.created(
        unit,
        {
            **columns,
            "id": key,
            "number": f"АК-{at.astimezone(AUTHORITY_ZONE).year % 100:02d}-{key:08d}",
            "stage": course.DRAFT,
            "attempt": attempt,
            "created_at": at,
            "changed_at": at,
        },
        {"kind": "CREATED", "actor": context.viewer.subject},
    )
    return effect(made, "CREATED", before=None)


def holder(context: Context, kind: str, organization_id: int | None) -> dict[str, Any]:
    """Who applies: the viewer, or the institution that he heads; with where he works, as the readers' rules need it.

    Raises:
        NotAllowed: the viewer may not apply for that.
        Hindered: the institution is not named.
    """
    facts = context.viewer.facts
    if kind == ORGANISATIONAL:
        if organization_id is None:
            raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("organizationId",), {"field": "organizationId"}))
        row = SimpleNamespace(practitioner_id=None, holder_organization_id=organization_id)
        require(context, P.APPLICATION_FILE_WRITE, row, {"own": "practitioner_id", "org": "holder_organization_id"})
        return {"holder_organization_id": organization_id, "organization_ids": [organization_id]}
    if facts is None or facts.practitioner_id is None:
        raise NotAllowed(OBJECT)
    return {"practitioner_id": facts.practitioner_id, **employed_at(context)}


async def _know_base(context: Context, unit: Unit, columns: dict[str, Any]) -> None:
    """The record that a draft names as its base has to be one that the viewer sees."""
    key = columns.get("base_id")
    if key is not None:
        await _record(context, unit, key, "baseId")


async def _record(context: Context, unit: Unit, key: int | None, place: str) -> AccreditationRecord:
    """A record of accreditation that the viewer sees, held."""
    seen = context.viewer[P.ACCREDITATION_RECORD_READ]
    return there(None if key is None else await source.record(unit, key, seen.narrow(ACCREDITATION)), seen, place)


def _prefilled(record: AccreditationRecord, before: ApplicationRecord | None) -> dict[str, Any]:
    """What the application for the next record begins with: the record, and what was said for it."""
    place = record.place_id
    columns: dict[str, Any] = {
        "kind": record.kind,
        "specialty_code": record.specialty_code,
        "organization_id": place if before is None else before.organization_id or place,
        "purpose": record.purpose if before is None else before.purpose,
        "days": None if before is None else before.days,
        "supervisor_id": record.supervisor_id,
        "base_id": record.base_id,
        "directions": record.directions,
        "renews_id": record.id,
    }
    if before is not None:
        columns |= {name: getattr(before, name) for name in ("licence_number", "phone", "email")}
        columns["document_ids"] = _enclosed(before)
        columns["papers"] = json.loads(before.papers)
    return columns


def _enclosed(row: ApplicationRecord) -> list[int]:
    """What is enclosed with an application, but for its own form: the next one will have another."""
    return [key for key in row.document_ids if key != row.form_id]
