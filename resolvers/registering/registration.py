"""The act by which somebody whom the register does not know asks to be entered (регистрация медработника)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.registering.asked import RegistryField
from resolvers.registering.saying import Faults, RequestPayload, open_place
from sources.identity import matching as kept
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.registering import person, request

STORE: Final = "registry"
C, F = ProblemCode, RegistryField


@dataclass(kw_only=True)
class RegisterPractitionerInput(ActInput):
    """Who asks to be entered, as what, and whose personnel office is to decide."""

    snils: str
    family_name: str
    given_name: str
    patronymic: str | None = None
    birth_on: date
    specialty_code: str | None = None
    position_code: str
    organization_id: str


async def register(context: Context, *, input: RegisterPractitionerInput) -> RequestPayload:
    """Ask to be entered; the answer is the same, whomever else the register has of the СНИЛС."""

    async def do(unit: Unit) -> Effect:
        account = _account(context)
        said = _said(context, input)
        await _own_number(context, unit, account, str(said[F.SNILS]))
        place = await open_place(context, unit, input.organization_id, "organizationId")
        waits = await request.is_open(unit, account, "PERSON", None)
        reach("locked")
        if await person.of_account(unit, account) is not None:
            raise Hindered(Problem(C.ALREADY_REGISTERED))
        if waits:
            raise Hindered(Problem(C.ALREADY_OPEN))
        at = after(context.at, None)
        made = await request.make(unit, "REGISTRATION", "PERSON", account, None, place, said, {}, at)
        return asked_effect(made, "MADE")

    doing = Doing(context, "registerPractitioner", P.REGISTRY_REQUEST_WRITE, input, do, STORE)
    return await carried_out(doing, RequestPayload)


def asked_effect(row: request.RequestRecord, step: str, **grounds: Any) -> Effect:
    """What an act on a request leaves: ids alone."""
    thing = encode(prefixes.REGISTRY_REQUEST, row.id)
    told = {"object": thing, "requestId": row.id, "organizationId": row.organization_id, "step": step}
    return Effect(
        at=row.changed_at,
        outcome={"request_id": row.id},
        thing=thing,
        events=(("REGISTRY_REQUEST_CHANGED", told),),
        grounds={
            "field": row.field,
            "organization": encode(prefixes.ORGANIZATION, row.organization_id),
            "versionAfter": row.version,
            **grounds,
        },
    )


def _account(context: Context) -> str:
    facts = context.viewer.facts
    if facts is None:
        raise NotAllowed(OBJECT)
    return facts.subject


def _said(context: Context, input: RegisterPractitionerInput) -> dict[str, str | None]:
    """What shall be entered, by field.

    Raises:
        Hindered: saying all that is wrong.
    """
    faults = Faults(context)
    born = faults.day(input.birth_on, "birthOn")
    said: dict[str, str | None] = {
        F.SNILS: faults.snils(input.snils, "snils"),
        F.FAMILY_NAME: faults.name(input.family_name, "familyName"),
        F.GIVEN_NAME: faults.name(input.given_name, "givenName"),
        F.PATRONYMIC: faults.name(input.patronymic, "patronymic", needed=False),
        F.BIRTH_ON: None if born is None else born.isoformat(),
        F.SPECIALTY: faults.specialty(input.specialty_code, "specialtyCode"),
        F.POSITION: faults.position(input.position_code, "positionCode"),
    }
    faults.none()
    return {name.value if isinstance(name, RegistryField) else name: value for name, value in said.items()}


async def _own_number(context: Context, unit: Unit, account: str, snils: str) -> None:
    """That a СНИЛС is the one that the sign-in told, where it told one.

    Raises:
        Hindered: it is somebody else's.
    """
    store = context.stores.identity

    async def known() -> bool | None:
        rows = await kept.matches_of(store, [account])
        return kept.said_before(store, rows[0], snils) if rows else None

    same = await known()
    unit.rests_on(same, known)
    if same is False:
        raise Hindered(Problem(C.IDENTITY_MISMATCH, ("snils",), {"field": "snils"}))
