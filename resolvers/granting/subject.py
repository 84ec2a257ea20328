"""What a grant to be is about: the organisation, the people, the patients or the department, and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.facts import Facts
from auth.granting import HANDED, Module, scoped, whole
from auth.granting import has as has_any
from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts import keys
from resolvers.acts.acting import there
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.facts_of_stores import UNSIGNED
from resolvers.granting import GrantReason
from resolvers.rules import grant_rules
from resolvers.rules.granting import GrantRules
from sources import contacts
from sources.clinical import reading
from sources.clinical.shown import PATIENT
from sources.employment import employments_of
from sources.organization import departments
from sources.postgres.ask import Ask
from sources.postgres.failure import SourceUnavailable
from sources.postgres.writing import Unit

C = ProblemCode
DAY: Final = timedelta(days=1)


@dataclass(kw_only=True)
class GrantedInput(ActInput):
    """To whom which module is handed on, where, and for whom; what all such inputs have in common."""

    grantee_id: str
    module: Module
    organization_id: str | None = None
    department_id: str | None = None
    patient_ids: list[str] | None = None
    reason: GrantReason


@dataclass(frozen=True, slots=True)
class Source:
    """Whose access is handed on: himself, his account, and what the stores say of him now."""

    practitioner_id: int
    subject: str
    facts: Facts


def place_of(context: Context, asked: GrantedInput) -> int:
    """The organisation: the one that is named, or that of the workplace.

    Raises:
        Hindered: neither is known; or it is none.
    """
    if asked.organization_id is not None:
        key = decode(prefixes.ORGANIZATION, asked.organization_id)
        if key is None:
            raise Hindered(Problem(C.NOT_FOUND, ("organizationId",)))
        return key
    post = context.viewer.standing.workplace
    if post is None:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("organizationId",), {"field": "organizationId"}))
    return post.organization_id


def myself(context: Context) -> Source:
    """The viewer, as whose access it is; in the name of another nobody hands anything on.

    Raises:
        NotAllowed: he is in no register.
    """
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None or context.viewer.acting.principal is not None:
        raise NotAllowed(OBJECT)
    return Source(facts.practitioner_id, facts.subject, facts)


async def colleague(context: Context, unit: Unit, id: str, place: int, *path: str) -> int:
    """Somebody who works at the organisation.

    Raises:
        Hindered: there is nobody of the id who does.
    """
    key, ask = decode(prefixes.PRACTITIONER, id) or 0, Ask(context.at)

    async def works() -> bool:
        found: dict[int, list[Any]] = await employments_of(context.stores.registry, [key], ask, ask.today)
        return any(post.organization_id == place for post in found[key])

    here = await works()
    unit.rests_on(here, works)
    if not here:
        raise Hindered(Problem(C.NOT_FOUND, path))
    return key


async def source_of(context: Context, unit: Unit, id: str, place: int) -> Source:
    """A colleague whose access is to be handed on; he has signed in.

    Raises:
        Hindered: there is nobody of the id at the organisation, or he never did.
        SourceFailure: a store did not say what he has.
    """
    key = await colleague(context, unit, id, place, "grantorId")
    known = await contacts.people(context.stores.registry, [key])
    if not known:
        raise Hindered(Problem(C.NOT_FOUND, ("grantorId",)))
    subject = known[0].subject
    if context.facts is None:
        raise NotAllowed(OBJECT)
    facts = await context.facts.of(subject, UNSIGNED, context.at)
    for lost in facts.lost:
        raise SourceUnavailable(lost.store)
    return Source(key, subject, facts)


async def unit_of(context: Context, unit: Unit, asked: GrantedInput, place: int) -> int | None:
    """The department: one of the organisation, which is open; none where none is named.

    Raises:
        Hindered: there is no such one, patients are named besides, or rows of the module have no department.
    """
    if asked.department_id is None:
        return None
    if asked.patient_ids or asked.module is Module.DOCUMENTS:
        raise Hindered(Problem(C.FIELD_FORMAT, ("departmentId",), {"field": "departmentId"}))
    key, ask = decode(prefixes.DEPARTMENT, asked.department_id) or 0, Ask(context.at)

    async def there_is() -> bool:
        row = (await departments(context.stores.registry, [key], ask)).get(key)
        return (
            row is not None and row.organization_id == place and (row.closed_on is None or row.closed_on >= ask.today)
        )

    found = await there_is()
    unit.rests_on(found, there_is)
    if not found:
        raise Hindered(Problem(C.NOT_FOUND, ("departmentId",)))
    return key


async def patients_of(context: Context, unit: Unit, asked: GrantedInput, source: Source, place: int) -> list[int]:
    """The patients: whoever gives the grant may know them, and whose access it is reaches them.

    Raises:
        Hindered: they are too many, or rows of the module are about none; somebody is not among them.
    """
    rules, given = grant_rules(context.at), asked.patient_ids
    if not given:
        return []
    if not HANDED[asked.module].patients or len(given) > rules.patients:
        raise Hindered(Problem(C.FIELD_FORMAT, ("patientIds",), {"field": "patientIds"}))
    ids = [decode(prefixes.PATIENT, one) or 0 for one in given]
    seen = context.viewer[P.CLINICAL_CARD_MASKED]
    narrow = seen.narrow(keys.PATIENT)

    async def look() -> dict[int, Any]:
        # Whoever may know nobody asks all the same: the answer takes as long.
        groups = () if narrow is None else (narrow or (("id", ()),),)
        ask = Ask(context.at, frozenset({"id", "granted"}), groups)
        return await reading.records(context.stores.clinical, PATIENT, sorted({*ids}), ask)

    found = await look()
    unit.rests_on(found, look)
    texts = whole(source.facts, asked.module, place, context.at)
    for number, key in enumerate(ids):
        row = there(found.get(key), seen, "patientIds", str(number))
        if {one for text in texts for one in scoped(text, None, [key])}.isdisjoint(row.granted):
            raise too_wide(asked.module, "patientIds", str(number))
    return sorted({*ids})


def see_that_he_has(source: Source, module: Module, place: int, at: datetime) -> None:
    """See to it that whose access it is has some of the module at the organisation.

    Raises:
        Hindered: he has none.
    """
    if not has_any(source.facts, module, place, at):
        raise too_wide(module, "module")


def too_wide(module: Module, *path: str) -> Hindered:
    """That more would be handed on than somebody has."""
    return Hindered(Problem(C.GRANT_TOO_WIDE, path, {"module": module.value}))


def term_of(
    module: Module, starts_at: datetime | None, ends_at: datetime, at: datetime, rules: GrantRules
) -> tuple[datetime, datetime]:
    """From when until when: from now on unless it is to begin later, and no longer than the rules allow.

    Raises:
        Hindered: it begins too late, ends before it begins, or too late.
    """
    most = rules.days[module]
    latest, bounds = at + most * DAY, {"least": 1, "most": most}
    starts = at if starts_at is None else max(starts_at, at)
    if starts >= latest:
        raise Hindered(Problem(C.TERM_OUT_OF_RANGE, ("startsAt",), bounds))
    if not starts < ends_at <= latest:
        raise Hindered(Problem(C.TERM_OUT_OF_RANGE, ("endsAt",), bounds))
    return starts, ends_at
