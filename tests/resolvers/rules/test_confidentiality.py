import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import RulesAreWrong, confidentiality
from resolvers.rules.confidentiality import read_confidentiality
from resolvers.rules.reading import FOLDER

FILE = "confidentiality-2026.1.json"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_labels_ask_for_what_the_law_says() -> None:
    now = confidentiality(NOW)
    assert now.specialties("PSYCHIATRY") == {"31.08.20"}
    assert now.specialties("HIV") == {"31.08.35"}
    asked = {
        (label, own): now.consent(label, own=own)
        for label in ("NORMAL", "RESTRICTED", "SPECIAL")
        for own in (True, False)
    }
    assert asked == {
        ("NORMAL", True): None,
        ("NORMAL", False): "EXCHANGE",
        ("RESTRICTED", True): None,
        ("RESTRICTED", False): "EXCHANGE",
        ("SPECIAL", True): "SPECIAL",
        ("SPECIAL", False): "SPECIAL",
    }
    assert confidentiality(datetime(1999, 1, 1, tzinfo=UTC)) is now


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("special", [], "nothing is said of GENETICS, HIV, PSYCHIATRY, REPRODUCTIVE"),
        ("special", [{"kind": "LOVE", "specialties": ["31.08.20"]}], "'LOVE' is none of"),
        ("special", [{"kind": "HIV", "specialties": []}], "nobody could read it"),
        ("special", [{"kind": "HIV", "specialties": ["99"]}], "99 cannot stand here"),
        ("consents", [{"label": "NORMAL", "whose": "OTHER", "consent": "WISH"}], "'WISH' is none of"),
        (
            "consents",
            [{"label": "NORMAL", "whose": "OTHER", "consent": "EXCHANGE"}] * 2,
            "NORMAL of OTHER stands twice",
        ),
        ("version", "2025.1", "the name of the file says another"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(tmp_path: Path, member: str, value: Any, fault: str) -> None:
    shutil.copy(FOLDER / FILE, tmp_path)
    content = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    (tmp_path / FILE).write_text(json.dumps(content | {member: value}), encoding="utf-8")
    with pytest.raises(RulesAreWrong) as refused:
        read_confidentiality(tmp_path)
    assert fault in str(refused.value)
