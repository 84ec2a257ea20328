import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import RulesAreWrong, prescription_rules
from resolvers.rules.prescribing import PrescriptionForm, read_prescriptions
from resolvers.rules.reading import FOLDER

NAME = "prescriptions-2026.1.json"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def test_each_class_of_medicines_has_a_form_and_only_the_narcotic_one_takes_more() -> None:
    rules = prescription_rules(NOW)
    taking = {
        control: {form for form, one in rules.forms.items() if control in one.controls} for control in rules.controls
    }
    assert taking == {
        "NONE": {PrescriptionForm.F107_1, PrescriptionForm.F148_1_04},
        "SUBJECT_QUANTITY": {PrescriptionForm.F148_1_88},
        "LIST_III": {PrescriptionForm.F148_1_88},
        "LIST_II": {PrescriptionForm.F107_NP},
    }
    assert [name for name, one in rules.controls.items() if one.in_the_post or one.granted] == ["LIST_II"]
    assert [form for form, one in rules.forms.items() if one.leader or not one.trainee] == [PrescriptionForm.F107_NP]
    assert {form.value: (one.days, one.chronic_days) for form, one in rules.forms.items()} == {
        "F107_1": ((60,), 365), "F148_1_88": ((15,), None), "F148_1_04": ((30, 90), None), "F107_NP": ((15,), None),
    }  # fmt: skip


Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda file: file["forms"].pop(), "nothing is said of F107_NP"),
        (lambda file: file["forms"].append(file["forms"][0]), "F107_1 stands twice"),
        (lambda file: file["controls"].pop(), "nothing is said of LIST_III"),
        (lambda file: file["controls"].append(file["controls"][0]), "NONE stands twice"),
        (lambda file: file["forms"][1].update(controls=["LIST_III"]), "none takes SUBJECT_QUANTITY"),
        (lambda file: file["forms"][0].update(controls=[]), "it could take nothing"),
        (lambda file: file["forms"][0].update(days=[90, 60]), "the smallest first"),
        (lambda file: file["forms"][0].update(days=[]), "whole numbers"),
        (lambda file: file["forms"][0].update(required=["mood"]), "mood cannot stand here"),
        (lambda file: file["forms"][0].update(leader="yes"), "true or false"),
        (lambda file: file["controls"][0].update(operation="FLY"), "'FLY' is none of"),
    ],
)
def test_a_table_that_says_nonsense_is_refused(tmp_path: Path, spoil: Spoil, complaint: str) -> None:
    file = json.loads((FOLDER / NAME).read_text(encoding="utf-8"))
    spoil(file)
    (tmp_path / NAME).write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(RulesAreWrong, match=complaint):
        read_prescriptions(tmp_path)
