"""Acts by which a prescription is drafted, changed before anybody signs it, and thrown away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held_encounter import hold_meeting
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.new_note import by_grant, waits_for
from resolvers.clinical.acts.note_label import RESTRICTED, Label, to_be
from resolvers.clinical.acts.stepping import moment
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.prescriptions.fitting import Prescribed, PrescribedItemInput, columns_of, wrong
from resolvers.clinical.prescriptions.reading import PrescriptionStatus as S
from resolvers.clinical.prescriptions.steps import PrescriptionPayload, effect, hold_prescription, left
from resolvers.context import Context
from resolvers.rules import prescription_rules
from resolvers.rules.prescribing import FormRules, PrescriptionForm
from sources.books import BOOKS
from sources.clinical import note_acts
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient, next_record
from sources.clinical.prescriptions import acts as source
from sources.postgres.writing import Unit

DRAFT: Final = P.CLINICAL_PRESCRIPTION_DRAFT
# What an input says beside form and medicines, by the names of columns; what is left out.
_OTHERS: Final[Mapping[str, Any]] = {
    "reason_code": None, "days": None, "chronic": False, "urgency": None, "over_dose": False, "funding": None,
    "benefit_code": None, "percent": None,
}  # fmt: skip
_WORDS: Final = frozenset({"urgency", "funding"})


@dataclass(kw_only=True)
class DraftPrescriptionInput(ActInput):
    """What shall be prescribed at an encounter, on which form."""

    encounter_id: str
    form: str
    items: list[PrescribedItemInput]
    reason_code: str | None = None
    days: int | None = None
    chronic: bool = False
    urgency: str | None = None
    over_dose: bool = False
    funding: str | None = None
    benefit_code: str | None = None
    percent: int | None = None


@dataclass(kw_only=True)
class UpdatePrescriptionInput(VersionInput):
    """Changes of a prescription that nobody has signed."""

    form: str | None = ABSENT
    items: list[PrescribedItemInput] | None = ABSENT
    reason_code: str | None = ABSENT
    days: int | None = ABSENT
    chronic: bool | None = ABSENT
    urgency: str | None = ABSENT
    over_dose: bool | None = ABSENT
    funding: str | None = ABSENT
    benefit_code: str | None = ABSENT
    percent: int | None = ABSENT


@dataclass(kw_only=True)
class DiscardPrescriptionInput(VersionInput):
    """The prescription that nobody needs."""


async def draft(context: Context, *, input: DraftPrescriptionInput) -> PrescriptionPayload:
    """Draft a prescription: it leaves for nowhere until it is signed."""

    async def do(unit: Unit) -> Effect:
        rules, by = prescription_rules(context.at), worker(context, DRAFT)
        given = {name: _word(name, getattr(input, name)) for name in _OTHERS}
        what = Prescribed(PrescriptionForm(str(input.form)), input.items, given)
        if problems := [*wrong(rules, what)]:
            raise Hindered(*problems)
        met = await hold_meeting(context, unit, by, input.encounter_id, "encounterId", permission=DRAFT)
        columns = columns_of(rules, what)
        label = label_of(met.row, _diagnosis(columns["reason_code"]))
        if label["special_kind"] is None:
            label["confidentiality"] = met.row.confidentiality
        row = await _to_be(context, unit, met.patient, by, label)
        cosigner, grant = waits_for(context, by, row, DRAFT)
        see_that_it_may(rules.forms[what.form], alone=cosigner is None)
        key, now = await next_record(unit), max(met.row.at, context.at)
        made = {
            "id": key,
            "encounter_id": met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "at": now,
            **columns,
            **_waiting(cosigner, grant),
            **label,
            "changed_at": now,
        }
        parts = [source.begun(met.patient, made)]
        if label["confidentiality"] == RESTRICTED:
            readers = [by.practitioner_id, *([] if cosigner is None else [cosigner])]
            parts.append(note_acts.listed(met.patient, key, by.place, by.practitioner_id, readers, now))
        said = {"versionAfter": 1, "form": columns["form"], **by_grant(grant)}
        return left(context, by, met.patient, key, "DRAFTED", *parts, at=now, grounds=said)

    doing = Doing(context, "draftPrescription", DRAFT, input, do, into="clinical")
    return await carried_out(doing, PrescriptionPayload)


async def update(context: Context, *, input: UpdatePrescriptionInput) -> PrescriptionPayload:
    """Change a prescription that nobody has signed."""

    async def do(unit: Unit) -> Effect:
        by, held = await hold_prescription(context, unit, input, "UPDATE")
        row, rules = held.row, prescription_rules(context.at)
        given = {name: getattr(input, name) for name in ("form", "items", *_OTHERS)}
        given = {name: value for name, value in given.items() if value is not ABSENT}
        if problems := [*_emptied(given)]:
            raise Hindered(*problems)
        items = given["items"] if "items" in given else [_given(one) for one in row.medicines]
        said = {name: _word(name, given.get(name, getattr(row, name))) for name in _OTHERS}
        if "days" not in given and ("form" in given or "chronic" in given):
            said["days"] = None
        what = Prescribed(PrescriptionForm(str(given.get("form", row.form))), items, said)
        if problems := [*wrong(rules, what)]:
            raise Hindered(*problems)
        columns = columns_of(rules, what)
        label = label_of(row, _diagnosis(columns["reason_code"]))
        if label["special_kind"] is None:
            label["confidentiality"] = row.confidentiality
        looked_at = await _to_be(context, unit, held.patient, by, label)
        cosigner, grant = waits_for(context, by, looked_at, DRAFT)
        see_that_it_may(rules.forms[what.form], alone=cosigner is None)
        at = moment(context, row)
        parts: list[Part] = [source.changed(held.patient, row, at, {**columns, **_waiting(cosigner, grant), **label})]
        if row.confidentiality == RESTRICTED and cosigner is not None and cosigner != row.cosigner_id:
            parts.append(note_acts.listed(held.patient, row.id, by.place, by.practitioner_id, [cosigner], at))
        return effect(context, by, held, "UPDATED", *parts, form=columns["form"], **by_grant(grant))

    doing = Doing(context, "updatePrescription", DRAFT, input, do, into="clinical")
    return await carried_out(doing, PrescriptionPayload)


async def discard(context: Context, *, input: DiscardPrescriptionInput) -> PrescriptionPayload:
    """Throw a prescription away that was not registered."""

    async def do(unit: Unit) -> Effect:
        by, held = await hold_prescription(context, unit, input, "DISCARD")
        part = source.changed(held.patient, held.row, moment(context, held.row), {"state": S.CANCELLED.value})
        return effect(context, by, held, "DISCARDED", part)

    doing = Doing(context, "discardPrescription", DRAFT, input, do, into="clinical")
    return await carried_out(doing, PrescriptionPayload)


def see_that_it_may(form: FormRules, *, alone: bool) -> None:
    """See to it that whoever signs nothing by himself drafts no form that takes its author's own signature.

    Raises:
        Hindered: it is such a form.
    """
    if not alone and not form.trainee:
        raise Hindered(Problem(ProblemCode.FORM_NOT_FITTING, ("form",), {"form": form.title}))


async def _to_be(
    context: Context, unit: Unit, patient: HeldPatient, by: Worker, label: Mapping[str, str | None]
) -> Any:
    made = Label(label["confidentiality"] or "NORMAL", label["special_kind"])
    return await to_be(context, unit, patient, by, "PRESCRIPTION", made, DRAFT)


def _waiting(cosigner: int | None, grant: int | None) -> dict[str, Any]:
    state = S.DRAFT if cosigner is None else S.AWAITING_SIGNATURE
    return {"state": state.value, "cosigner_id": cosigner, "grant_id": grant}


def _diagnosis(code: str | None) -> Any:
    return None if code is None else BOOKS.conditions.by_code[code]


def _word(name: str, value: Any) -> Any:
    return str(value) if name in _WORDS and value is not None else value


def _given(one: Mapping[str, Any]) -> PrescribedItemInput:
    """A medicine that is kept, as it was given."""
    dose = None if one["dose"] is None else Decimal(one["dose"])
    return PrescribedItemInput(
        code=one["medicine"],
        amount=one["amount"],
        dose=dose,
        times_per_day=one["timesPerDay"],
        use_days=one["useDays"],
        signa=one["signa"],
    )


def _emptied(given: Mapping[str, Any]) -> Iterator[Problem]:
    """What may be otherwise, but not nothing."""
    for name, shown in (("form", "form"), ("items", "items"), ("chronic", "chronic"), ("over_dose", "overDose")):
        if name in given and given[name] is None:
            yield Problem(ProblemCode.FIELD_REQUIRED, (shown,), {"field": shown})
