"""What it takes to sign a prescription, or to order a medicine: post, word of the organisation, card, licence.

All of it is so at the instant of the act: what another store says is asked beside the transaction, and once more before
the commit if that came late.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.prescriptions.fitting import medicines_of, missing
from resolvers.context import Context
from resolvers.rules import LICENSED_APART, prescription_rules
from resolvers.rules.licensing import licence_stands
from resolvers.rules.prescribing import FormRules, PrescriptionForm, PrescriptionRules
from sources.books import Medicine
from sources.clinical.prescriptions.prescription import PrescriptionRecord
from sources.employment import employments
from sources.organization import LicenceRecord, licences_of
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

C = ProblemCode
_POST: Final = frozenset({"id", "prescribes_narcotics"})
_CARD: Final = frozenset({"id", "preferential_from", "preferential_to"})
_LICENCE: Final = frozenset({"organization_id", "activity", "status", "starts_on", "ends_on"})


async def hindrances(context: Context, unit: Unit, row: PrescriptionRecord, by: Worker) -> list[Problem]:
    """What keeps somebody from signing a prescription as the one who prescribes."""
    rules = prescription_rules(context.at)
    form, medicines = rules.forms[PrescriptionForm(row.form)], medicines_of(row.medicines)
    found = [*missing(form, row), *_unknown(medicines, form)]
    if form.preferential and not await _in_the_period(context, unit, by):
        found.append(Problem(C.PREFERENTIAL_PERIOD_MISSING, ("id",)))
    controls = sorted({one.control for one in medicines if one is not None})
    return found + await not_permitted(context, unit, by, controls, "id")


async def not_permitted(context: Context, unit: Unit, by: Worker, controls: list[str], *path: str) -> list[Problem]:
    """What keeps somebody from prescribing medicines of some classes, or ordering them."""
    rules = prescription_rules(context.at)
    found = [*_not_granted(context, rules, controls, *path)]
    if any(rules.controls[one].in_the_post for one in controls) and not await in_the_post(context, unit, by):
        found.append(Problem(C.POST_NOT_PERMITTED, path))
    operations = frozenset(rules.controls[one].operation.value for one in controls)
    if not await licensed(context, unit, by.place, operations):
        found.append(Problem(C.LICENSE_NOT_ACTIVE, path))
    return found


async def in_the_post(context: Context, unit: Unit, by: Worker) -> bool:
    """Whether the register says that narcotic medicines are prescribed in the post."""

    async def said() -> bool:
        found = await employments(context.stores.registry, [by.post.id], Ask(context.at, _POST))
        return by.post.id in found and found[by.post.id].prescribes_narcotics

    return await _asked(unit, said)


async def _in_the_period(context: Context, unit: Unit, by: Worker) -> bool:
    """Whether the card has a period for preferential prescriptions that is in force on the day."""
    ask = Ask(context.at, _CARD)

    async def said() -> bool:
        found = (await practitioners(context.stores.registry, "id", [by.practitioner_id], ask)).get(by.practitioner_id)
        if found is None or found.preferential_from is None:
            return False
        until = found.preferential_to
        return bool(found.preferential_from <= ask.today and (until is None or ask.today <= until))

    return await _asked(unit, said)


async def licensed(
    context: Context, unit: Unit, place: int, operations: frozenset[str], activity: str | None = None
) -> bool:
    """Whether an organisation has a licence in force, and none of the operations is barred there.

    It is one for an activity, or for medical work.
    """
    ask = Ask(context.at, _LICENCE)

    async def said() -> bool:
        rows = (await licences_of(context.stores.registry, [place], ask))[place]
        standing, lost = _standing(rows, ask.today)
        barred = {name for activity in lost for name in LICENSED_APART.get(activity, ())}
        works = activity in standing if activity is not None else bool(standing - {*LICENSED_APART})
        return works and barred.isdisjoint(operations)

    return await _asked(unit, said)


def _standing(rows: list[LicenceRecord], day: date) -> tuple[set[str], set[str]]:
    """The activities for which licences are in force on a day, and those for which there was one."""
    standing = {one.activity for one in rows if licence_stands(one.status, one.starts_on, one.ends_on, day)}
    return standing, {one.activity for one in rows} - standing


def _not_granted(context: Context, rules: PrescriptionRules, controls: list[str], *path: str) -> Iterator[Problem]:
    given = context.viewer.standing.granted.drug_classes()
    for one in controls:
        if rules.controls[one].granted and one not in given:
            yield Problem(C.GRANT_MISSING, path, {"control": one})


def _unknown(medicines: list[Medicine | None], form: FormRules) -> Iterator[Problem]:
    """Lines whose medicine the book has no more, or has under another control than the form takes."""
    for number, one in enumerate(medicines):
        if one is None:
            yield Problem(C.UNKNOWN_CODE, ("items", str(number)), {"book": "MEDICINES"})
        elif one.control not in form.controls:
            yield Problem(C.FORM_NOT_FITTING, ("items", str(number)), {"form": form.title})


async def _asked(unit: Unit, said: Any) -> bool:
    found: bool = await said()
    unit.rests_on(found, said)
    return found
