"""How medicines are prescribed (рецепты): what a form takes, for how long it holds, and what signing it takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from resolvers.rules.capability import Operation
from resolvers.rules.reading import Table, versions
from sources.books.medicine import CONTROLS

FILES = "prescriptions-*.json"
MOST_DAYS = 366
MOST_DRUGS = 10
# What a form may ask for beside what every prescription has.
ASKED = frozenset({"reasonCode", "funding", "benefitCode", "percent"})


class PrescriptionForm(StrEnum):
    """Forms of prescriptions (рецептурные бланки)."""

    F107_1 = "F107_1"
    F107_NP = "F107_NP"
    F148_1_04 = "F148_1_04"
    F148_1_88 = "F148_1_88"


@dataclass(frozen=True, slots=True)
class FormRules:
    """What holds of a form.

    Attributes:
        title: as the form is named in the law.
        controls: which classes of medicines it takes.
        days: for how many days it holds, one of them; `chronic_days`: for use over a long time, where that is allowed.
        most_drugs: how many medicines one prescription has.
        required: fields of the input without which it is not signed.
        preferential: whether it takes the period in the card of who signs.
        trainee: whether a trainee drafts it.
        leader: whether the leader of a department signs it too.
    """

    title: str
    controls: frozenset[str]
    days: tuple[int, ...]
    chronic_days: int | None
    most_drugs: int
    required: tuple[str, ...]
    preferential: bool
    trainee: bool
    leader: bool


@dataclass(frozen=True, slots=True)
class ControlRules:
    """What it takes to prescribe medicines of a class.

    Attributes:
        operation: the one whose licences the organisation needs.
        in_the_post: whether the register has to say that they are prescribed in the post.
        granted: whether the organisation has to have given access to prescriptions for the class.
    """

    operation: Operation
    in_the_post: bool
    granted: bool


@dataclass(frozen=True, slots=True)
class PrescriptionRules:
    """One version; `dispensed_under` is the activity for which a pharmacy is licensed."""

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    dispensed_under: str
    forms: Mapping[PrescriptionForm, FormRules]
    controls: Mapping[str, ControlRules]


def read_prescriptions(folder: Path) -> tuple[PrescriptionRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a form or a class is missing or stands twice, no form takes a class, or two
            versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "dispensedUnder", "forms", "controls"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> PrescriptionRules:
    forms: dict[PrescriptionForm, FormRules] = {}
    for form, rules in _forms(file):
        if forms.setdefault(form, rules) is not rules:
            raise file.wrong("forms", f"{form} stands twice")
    controls: dict[str, ControlRules] = {}
    for name, needs in _controls(file):
        if controls.setdefault(name, needs) is not needs:
            raise file.wrong("controls", f"{name} stands twice")
    if silent := sorted({*PrescriptionForm} - {*forms}):
        raise file.wrong("forms", f"nothing is said of {', '.join(silent)}")
    if silent := sorted(CONTROLS - {*controls}):
        raise file.wrong("controls", f"nothing is said of {', '.join(silent)}")
    if left := sorted(CONTROLS - {one for rules in forms.values() for one in rules.controls}):
        raise file.wrong("forms", f"none takes {', '.join(left)}")
    return PrescriptionRules(
        file.version("version"),
        file.begins(),
        file.zone("zone"),
        file.text("dispensedUnder"),
        MappingProxyType(forms),
        MappingProxyType(controls),
    )


def _forms(file: Table) -> Iterator[tuple[PrescriptionForm, FormRules]]:
    flags = ("preferential", "trainee", "leader")
    known = {"form", "title", "controls", "days", "chronicDays", "mostDrugs", "required", *flags}
    for row in file.rows("forms", known):
        preferential, trainee, leader = (row.flag(name) for name in flags)
        controls = row.texts("controls", CONTROLS)
        if not controls:
            raise row.wrong("controls", "it could take nothing")
        rules = FormRules(
            row.text("title"),
            frozenset(controls),
            _days(row),
            row.number("chronicDays", 1, MOST_DAYS) if "chronicDays" in row else None,
            row.number("mostDrugs", 1, MOST_DRUGS),
            row.texts("required", ASKED),
            preferential,
            trainee,
            leader,
        )
        yield PrescriptionForm(row.one_of("form", tuple(PrescriptionForm))), rules


def _days(row: Table) -> tuple[int, ...]:
    days = row.raw("days")
    whole = isinstance(days, list) and all(type(one) is int and 1 <= one <= MOST_DAYS for one in days)
    if not whole or not days or sorted(set(days)) != days:
        raise row.wrong("days", f"whole numbers from 1 to {MOST_DAYS} are expected, the smallest first")
    return tuple(days)


def _controls(file: Table) -> Iterator[tuple[str, ControlRules]]:
    for row in file.rows("controls", {"control", "operation", "inThePost", "granted"}):
        operation = Operation(row.one_of("operation", tuple(Operation)))
        yield row.one_of("control", CONTROLS), ControlRules(operation, row.flag("inThePost"), row.flag("granted"))
