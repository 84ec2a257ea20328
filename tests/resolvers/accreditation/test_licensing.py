"""What the licences of a place come to: work, and what rests on a licence of its own besides."""

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resolvers.accreditation.licensing import ENDLESS, licensed_by
from resolvers.rules.licensing import read_licensing
from resolvers.rules.reading import FOLDER, RulesAreWrong
from sources.postgres.ask import midnight

DAY = date(2026, 11, 20)
WORK, OTHER_WORK = "Первичная медико-санитарная помощь", "Медицинские осмотры"
DRUGS = "Деятельность, связанная с оборотом наркотических средств и психотропных веществ"
SIGN = frozenset({"CONTROLLED_PRESCRIPTION_SIGN"})


def licence(activity: str, status: str = "ACTIVE", since: str = "2020-01-01", until: str | None = None) -> Any:
    ends_on = None if until is None else date.fromisoformat(until)
    return SimpleNamespace(activity=activity, status=status, starts_on=date.fromisoformat(since), ends_on=ends_on)


@pytest.mark.parametrize(
    ("licences", "until", "barred"),
    [
        ([licence(WORK)], ENDLESS, frozenset()),
        ([licence(WORK, until="2026-11-21")], midnight(date(2026, 11, 21)), frozenset()),
        (
            [licence(WORK, until="2026-11-21"), licence(OTHER_WORK, until="2027-01-01")],
            midnight(date(2027, 1, 1)),
            frozenset(),
        ),
        ([licence(WORK), licence(DRUGS)], ENDLESS, frozenset()),
        ([licence(WORK), licence(DRUGS, "SUSPENDED")], ENDLESS, SIGN),
        ([licence(WORK), licence(DRUGS, "TERMINATED"), licence(DRUGS)], ENDLESS, frozenset()),
        ([licence(WORK), licence(DRUGS, until="2026-11-20")], ENDLESS, SIGN),
        ([licence(WORK, "SUSPENDED"), licence(OTHER_WORK)], ENDLESS, frozenset()),
    ],
)
def test_work_goes_on_under_a_licence_in_force(licences: list[Any], until: Any, barred: frozenset[str]) -> None:
    found = licensed_by(licences, DAY)
    assert found is not None
    assert (found.until, found.barred) == (until, barred)


@pytest.mark.parametrize(
    "licences",
    [
        [],
        [licence(WORK, "SUSPENDED")],
        [licence(WORK, "TERMINATED"), licence(OTHER_WORK, "SUSPENDED")],
        [licence(WORK, until="2026-11-20")],
        [licence(WORK, since="2026-11-21")],
        [licence(WORK, "SUSPENDED"), licence(DRUGS)],
    ],
)
def test_nobody_works_without_one(licences: list[Any]) -> None:
    assert licensed_by(licences, DAY) is None


@pytest.mark.parametrize(
    ("apart", "fault"),
    [
        ([{"activity": DRUGS, "operations": ["HEAL"]}], "licensing.json.apart[0].operations: HEAL cannot stand here"),
        (
            [{"activity": DRUGS, "operations": []}] * 2,
            "licensing.json.apart[1].activity: this activity is there already",
        ),
        ([{"operations": []}], "licensing.json.apart[0].activity: is missing"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(tmp_path: Path, apart: Any, fault: str) -> None:
    shutil.copy(FOLDER / "licensing.json", tmp_path)
    file = tmp_path / "licensing.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "apart": apart}), encoding="utf-8")
    with pytest.raises(RulesAreWrong) as refused:
        read_licensing(tmp_path)
    assert fault in str(refused.value)
