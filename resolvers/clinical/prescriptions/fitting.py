"""What a prescription says, as it was given: whether it fits its form, and the doses of the book."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.free_text import plain, unfit
from resolvers.rules.prescribing import FormRules, PrescriptionForm, PrescriptionRules
from sources.books import BOOKS, Medicine
from sources.clinical.prescriptions.prescription import Item

LONGEST_SIGNA: Final = 500
MOST_PIECES: Final = 1_000
MOST_TIMES: Final = 24
C = ProblemCode


@dataclass(kw_only=True)
class PrescribedItemInput:
    """One medicine, how much of it, and how it is taken."""

    code: str
    amount: int
    dose: Decimal | None = None
    times_per_day: int | None = None
    use_days: int | None = None
    signa: str


@dataclass(frozen=True, slots=True)
class Prescribed:
    """What is prescribed, as the columns of a prescription have it, `items` aside as they were given.

    Attributes:
        said: by the names of columns.
    """

    form: PrescriptionForm
    items: Sequence[PrescribedItemInput]
    said: dict[str, Any]


def columns_of(rules: PrescriptionRules, what: Prescribed) -> dict[str, Any]:
    """The columns, once nothing is wrong with them."""
    form = rules.forms[what.form]
    days = what.said["days"]
    if days is None:
        days = form.chronic_days if what.said["chronic"] and form.chronic_days else form.days[0]
    return {
        **what.said,
        "form": what.form.value,
        "days": days,
        "medicines": [kept(one) for one in what.items],
        "rules_version": rules.version,
        "book_version": BOOKS.medicines.version,
    }


def kept(one: PrescribedItemInput) -> Item:
    """One medicine as it is kept, and signed."""
    return {
        "medicine": one.code,
        "amount": one.amount,
        "dose": None if one.dose is None else f"{one.dose:f}",
        "timesPerDay": one.times_per_day,
        "useDays": one.use_days,
        "signa": plain(one.signa),
    }


def wrong(rules: PrescriptionRules, what: Prescribed) -> Iterator[Problem]:
    """All that is wrong with what was given; what the form asks for besides may still be missing in a draft."""
    form = rules.forms[what.form]
    if not what.items:
        yield Problem(C.FIELD_REQUIRED, ("items",), {"field": "items"})
    if len(what.items) > form.most_drugs:
        yield Problem(C.TOO_MANY_MEDICINES, ("items",), {"form": form.title, "most": form.most_drugs})
    for number, one in enumerate(what.items):
        yield from _wrong(form, one, ("items", str(number)), over=bool(what.said["over_dose"]))
    code = what.said["reason_code"]
    if code is not None and code not in BOOKS.conditions.by_code:
        yield Problem(C.UNKNOWN_CODE, ("reasonCode",), {"book": "ICD10"})
    benefit = what.said["benefit_code"]
    if benefit is not None and not (benefit.isascii() and benefit.isdigit() and len(benefit) == 3):
        yield Problem(C.FIELD_FORMAT, ("benefitCode",), {"field": "benefitCode"})
    if what.said["percent"] not in {None, 50, 100}:
        yield Problem(C.FIELD_FORMAT, ("percent",), {"field": "percent"})
    if what.said["chronic"] and form.chronic_days is None:
        yield Problem(C.FORM_NOT_FITTING, ("chronic",), {"form": form.title})
    yield from _term(form, what.said["days"], chronic=bool(what.said["chronic"]))


def missing(form: FormRules, row: Any) -> Iterator[Problem]:
    """What a form asks for without which it is not signed; `row` is the prescription as it is kept."""
    columns = {"reasonCode": "reason_code", "benefitCode": "benefit_code"}
    for name in form.required:
        if getattr(row, columns.get(name, name)) is None:
            yield Problem(C.FIELD_REQUIRED, (name,), {"field": name})


def medicines_of(items: Sequence[Item]) -> list[Medicine | None]:
    """The medicines of a prescription, as the book has them now; None where it has one no more."""
    return [BOOKS.medicines.by_code.get(one["medicine"]) for one in items]


def _term(form: FormRules, days: int | None, *, chronic: bool) -> Iterator[Problem]:
    longest = form.chronic_days if chronic and form.chronic_days else None
    if days is None or days in form.days or (longest is not None and 1 <= days <= longest):
        return
    yield Problem(C.TERM_OUT_OF_RANGE, ("days",), {"least": form.days[0], "most": longest or form.days[-1]})


def _wrong(form: FormRules, one: PrescribedItemInput, path: tuple[str, ...], *, over: bool) -> Iterator[Problem]:
    medicine = BOOKS.medicines.by_code.get(one.code)
    if medicine is None:
        yield Problem(C.UNKNOWN_CODE, (*path, "code"), {"book": "MEDICINES"})
        return
    if medicine.control not in form.controls:
        yield Problem(C.FORM_NOT_FITTING, (*path, "code"), {"form": form.title})
    most = medicine.most or MOST_PIECES
    if not 1 <= one.amount <= most:
        yield Problem(C.VALUE_OUT_OF_RANGE, (*path, "amount"), {"least": 1, "most": most})
    for name, value, bound in (("timesPerDay", one.times_per_day, MOST_TIMES), ("useDays", one.use_days, MOST_PIECES)):
        if value is not None and not 1 <= value <= bound:
            yield Problem(C.VALUE_OUT_OF_RANGE, (*path, name), {"least": 1, "most": bound})
    yield from dosed(medicine, one.dose, one.times_per_day, *path, over=over)
    if (problem := unfit(plain(one.signa), LONGEST_SIGNA, *path, "signa")) is not None:
        yield problem


def dosed(
    medicine: Medicine, dose: Decimal | None, times_per_day: int | None, *path: str, over: bool
) -> Iterator[Problem]:
    """What is wrong with a dose: it has no unit, is no dose, or greater than the book allows and nobody says why."""
    if dose is None:
        return
    if medicine.unit is None or not dose.is_finite() or not 0 < dose < 100_000 or -dose.as_tuple().exponent > 4:  # type: ignore[operator]
        yield Problem(C.FIELD_FORMAT, (*path, "dose"), {"field": "dose"})
        return
    daily = dose * (times_per_day or 1)
    for found, most in ((dose, medicine.greatest_single), (daily, medicine.greatest_daily)):
        if not over and most is not None and found > most:
            yield Problem(C.DOSE_TOO_GREAT, (*path, "dose"), {"most": f"{most:f}", "unit": medicine.unit})
            return
