"""The book of medicines (лекарственные препараты): INN, form and strength, doses, and how turnover is controlled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sources.books.reading import Book, one_of, read, text

CONTROLS = frozenset({"NONE", "SUBJECT_QUANTITY", "LIST_II", "LIST_III"})
# A group of the third level on, or a substance.
_ATC = re.compile("[A-Z][0-9]{2}[A-Z]([A-Z]([0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine (лекарственный препарат) by its INN (МНН), in one form and strength.

    Attributes:
        form, strength: as the book writes them (лекарственная форма, дозировка).
        atc: class of ATC (АТХ), as C09AA02; that of its group where it has none of its own.
        control: NONE, SUBJECT_QUANTITY (предметно-количественный учёт), LIST_II (наркотические и психотропные
            вещества списка II), LIST_III (психотропные вещества списка III).
        unit: the unit of the doses by UCUM; none where the book does not count it in one.
        dose: how much of it one piece, millilitre or puff has, in the unit.
        greatest_single, greatest_daily: the greatest doses for an adult (ВРД, ВСД), in the unit, where they are set.
        most: the greatest number of pieces in one prescription, where it is set (предельно допустимое количество).
    """

    code: str
    inn: str
    form: str
    strength: str
    atc: str
    control: str
    unit: str | None
    dose: Decimal | None
    greatest_single: Decimal | None
    greatest_daily: Decimal | None
    most: int | None
    local: bool

    @property
    def name(self) -> str:
        """INN, form and strength in one line."""
        return f"{self.inn}, {self.form}, {self.strength}"


def medicines(path: Path) -> Book[Medicine]:
    """Read and check a book of medicines, as that of a whole register is put in place of ours.

    Raises:
        BookIsWrong: as `load`; also where doses come without a unit, or a single one is greater than that of a day.
    """
    return read(path, _medicine)


def _medicine(raw: Mapping[str, Any]) -> Medicine:
    unit = None if raw.get("doseUnit") is None else text(raw, "doseUnit")
    dose, single, daily = (
        None if raw.get(name) is None else Decimal(raw[name]) for name in ("dose", "greatestSingle", "greatestDaily")
    )
    said = [one for one in (dose, single, daily) if one is not None]
    if (unit is None) is not (dose is None) or (unit is None and said):
        raise ValueError("doses take a unit, and a unit takes the dose of a piece")
    if any(not one.is_finite() or one <= 0 for one in said):
        raise ValueError("a dose is more than nothing")
    if single is not None and daily is not None and single > daily:
        raise ValueError("the greatest single dose is greater than that of a day")
    most = raw.get("mostPerPrescription")
    if most is not None and (type(most) is not int or most < 1):
        raise ValueError(f"{most!r} is no number of pieces")
    if not _ATC.fullmatch(atc := text(raw, "atc")):
        raise ValueError(f"{atc!r} is no class of ATC")
    return Medicine(
        code=text(raw, "code"),
        inn=text(raw, "inn"),
        form=text(raw, "form"),
        strength=text(raw, "strength"),
        atc=atc,
        control=one_of(CONTROLS, raw["control"]),
        unit=unit,
        dose=dose,
        greatest_single=single,
        greatest_daily=daily,
        most=most,
        local=bool(raw.get("local", False)),
    )
