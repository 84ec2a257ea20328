"""How a patient's consent is given and taken back: by himself, by his doctor, at the registration desk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rules import Rule
from engine.batch import many
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import hold_patient
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.patient import PREFIX, REPRESENTATIVE_PREFIX
from resolvers.clinical.record import CONSENTS
from resolvers.context import Context
from resolvers.rules import CareRules, care_rules
from sources.clinical import consent_acts as source
from sources.clinical import held
from sources.clinical.changes import inserted, updated
from sources.clinical.consent import ConsentRecord, consent
from sources.clinical.held import HeldPatient
from sources.clinical.shown import CONSENT_GIVEN
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

MOST: Final = 20
PERMISSION: Final = P.CLINICAL_CONSENT_WRITE
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PatientConsentText:
    """A text that a patient can consent to, in the language of its reader."""

    kind: str
    version: str
    text: str
    most_days: int | None


@dataclass(kw_only=True)
class GiveConsentInput(ActInput):
    """What a patient consents to."""

    patient_id: str
    kind: str
    text_version: str
    organization_id: str | None = None
    organization_ids: list[str] | None = None
    special_kinds: list[str] | None = None
    representative_id: str | None = None
    last_on: date | None = None


@dataclass(kw_only=True)
class WithdrawConsentInput(VersionInput):
    """The consent that is taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientConsentPayload:
    """The consent after the act."""

    consent_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Giver:
    """Who gives a consent, or takes one back: the patient, or who stands for him, or a worker who has it in writing."""

    worker: Worker | None
    representative_id: int | None = None


@many(None, PatientConsentText)
async def texts(context: Context, keys: Sequence[None], ask: Ask) -> dict[None, list[PatientConsentText]]:
    """The texts in force."""
    rules = care_rules(ask.at)
    found = [
        PatientConsentText(one.kind, rules.version, one.text[ask.language], one.most_days)
        for one in rules.consents.values()
    ]
    return {None: found}


async def give(context: Context, *, input: GiveConsentInput) -> PatientConsentPayload:
    """Keep that a patient consents; what it opens is open at once."""

    async def do(unit: Unit) -> Effect:
        patient = await hold_patient(context, unit, input.patient_id, "patientId", permission=PERMISSION)
        giver = await _giver(context, unit, patient, input.representative_id)
        rules = care_rules(context.at)
        if problems := [*_wrong(input, rules, Ask(context.at).today)]:
            raise Hindered(*problems)
        place = await _place(context, unit, giver, input.organization_id)
        others = await _others(context, unit, input.organization_ids or [], place)
        key = await held.next_record(unit)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "organization_id": place,
            "kind": str(input.kind),
            "organization_ids": others,
            "special_kinds": sorted({*map(str, input.special_kinds or ())}),
            "representative_id": giver.representative_id,
            "subject": context.viewer.subject or "",
            "text_version": rules.version,
            "at": context.at,
            "ends_at": _end(input, rules, context.at),
            "changed_at": context.at,
        }
        if await source.covered(unit, columns):
            raise Hindered(Problem(ProblemCode.ALREADY_IN_FORCE))
        part = inserted(consent, columns)
        thing = encode(CONSENTS.prefix, key)
        return recorded(context, "CONSENT_GIVEN", thing, patient, giver.worker, part, outcome={"consent_id": key})

    return await carried_out(
        Doing(context, "giveConsent", PERMISSION, input, do, into="clinical"), PatientConsentPayload
    )


async def withdraw(context: Context, *, input: WithdrawConsentInput) -> PatientConsentPayload:
    """Take a consent back; what rested on it is closed with the act."""

    async def do(unit: Unit) -> Effect:
        patient, row = await _held(context, unit, input.id)
        giver = await _giver(context, unit, patient, None)
        if giver.worker is not None:
            giver.worker.own(row.organization_id, "id")
        as_it_was_read(row, input.expected_version, "CLINICAL", consent_id=row.id)
        at = after(context.at, row.changed_at)
        if row.ends_at is not None and row.ends_at <= at:
            raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)), consent_id=row.id)
        return recorded(
            context,
            "CONSENT_WITHDRAWN",
            encode(CONSENTS.prefix, row.id),
            patient,
            giver.worker,
            updated(consent, row.id, at, {"ends_at": at}),
            outcome={"consent_id": row.id},
            at=at,
            grounds={"versionBefore": row.version, "versionAfter": row.version + 1},
        )

    return await carried_out(
        Doing(context, "withdrawConsent", PERMISSION, input, do, into="clinical"), PatientConsentPayload
    )


async def _held(context: Context, unit: Unit, id: str) -> tuple[HeldPatient, ConsentRecord]:
    """The consent of a global id, under the lock of its patient."""
    key, seen = decode(CONSENTS.prefix, id), context.viewer[P.CLINICAL_CARD_READ]
    narrowed = seen.narrow(keys.PATIENT)
    ask = Ask(context.at, narrow=() if narrowed is None else (narrowed,))
    whose = None if key is None or narrowed == () else await held.whose(unit, CONSENT_GIVEN, key, ask)
    patient = await hold_patient(context, unit, encode(PREFIX, there(whose, seen, "id")), "id", permission=PERMISSION)
    row = await held.record(unit, patient, CONSENT_GIVEN, key or 0, ask)
    return patient, there(row, seen, "id")


async def _giver(context: Context, unit: Unit, patient: HeldPatient, representative: str | None) -> _Giver:
    rules = dict(context.viewer[PERMISSION].rules)
    if not rules.get(Rule.PATIENT, frozenset()).isdisjoint(patient.row.accounts):
        return _Giver(None, await source.stands_for(unit, patient.id, context.viewer.subject or "", context.at))
    found = None
    if representative is not None:
        key = decode(REPRESENTATIVE_PREFIX, representative)
        found = None if key is None else await source.representative(unit, patient.id, key, context.at)
        if found is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("representativeId",)))
    return _Giver(worker(context, PERMISSION), found)


def _wrong(input: GiveConsentInput, rules: CareRules, today: date) -> Iterator[Problem]:
    kind = str(input.kind)
    if input.text_version != rules.version:
        yield Problem(ProblemCode.CONSENT_MISSING, ("textVersion",), {"consent": kind, "version": rules.version})
    for name, given, takes in (
        ("organizationIds", input.organization_ids, kind in {"EXCHANGE", "SPECIAL"}),
        ("specialKinds", input.special_kinds, kind == "SPECIAL"),
    ):
        if given and (not takes or len(given) > MOST):
            yield Problem(ProblemCode.FIELD_FORMAT, (name,), {"field": name})
    for name, given, needed in (
        ("organizationIds", input.organization_ids, kind == "EXCHANGE"),
        ("specialKinds", input.special_kinds, kind == "SPECIAL"),
    ):
        if needed and not given:
            yield Problem(ProblemCode.FIELD_REQUIRED, (name,), {"field": name})
    most = rules.consents[kind].most_days
    days = None if input.last_on is None else (input.last_on - today).days + 1
    if days is not None and (days < 1 or (most is not None and days > most)):
        yield Problem(ProblemCode.TERM_OUT_OF_RANGE, ("lastOn",), {"least": 1, "most": most or 36_500})


def _end(input: GiveConsentInput, rules: CareRules, at: datetime) -> datetime | None:
    """The midnight after the last day, of which there is one where the rules want it."""
    most, last = rules.consents[str(input.kind)].most_days, input.last_on
    if last is None:
        if most is None:
            return None
        last = at.astimezone(rules.zone).date() + timedelta(days=most - 1)
    first_after = last + DAY
    return datetime(first_after.year, first_after.month, first_after.day, tzinfo=rules.zone)


async def _place(context: Context, unit: Unit, giver: _Giver, given: str | None) -> int:
    """The organisation to which a consent is given: a worker's own; the patient says which."""
    if giver.worker is not None:
        if given is not None:
            giver.worker.own(decode(prefixes.ORGANIZATION, given) or 0, "organizationId")
        return giver.worker.place
    if given is None:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("organizationId",), {"field": "organizationId"}))
    key = decode(prefixes.ORGANIZATION, given)
    if key is None or not await _known(context, unit, [key]):
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("organizationId",)))
    return key


async def _others(context: Context, unit: Unit, given: Sequence[str], place: int) -> list[int]:
    """The organisations whose records are opened, beside the own of that one."""
    decoded = [decode(prefixes.ORGANIZATION, one) for one in given]
    known = await _known(context, unit, sorted({one for one in decoded if one is not None}))
    for number, one in enumerate(decoded):
        if one is None or one not in known or one == place:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("organizationIds", str(number))))
    return sorted(known)


async def _known(context: Context, unit: Unit, wanted: Sequence[int]) -> set[int]:
    async def asked() -> set[int]:
        return {*await organizations(context.stores.registry, "id", wanted, Ask(context.at, frozenset({"id"})))}

    found = await asked() if wanted else set()
    if wanted:
        unit.rests_on(found, asked)
    return found
