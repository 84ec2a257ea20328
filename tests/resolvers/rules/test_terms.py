"""The terms of access as the dated rules say them: versions, their terms, refused files."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolvers.rules import RulesAreWrong, access_terms, access_terms_of
from resolvers.rules.linking import read_link_consents
from resolvers.rules.reading import FOLDER
from resolvers.rules.terms import read_terms
from tests.resolvers.rules.test_rules import spoil

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIRST, NEXT = "access-2023.1.json", "access-2027.1.json"
MIDNIGHT = datetime(2027, 2, 28, 21, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The first version, and one that follows it."""
    for name in (FIRST, NEXT):
        shutil.copy(FOLDER / FIRST, tmp_path / name)
    spoil(tmp_path, NEXT, "version", "2027.1")
    spoil(tmp_path, NEXT, "inForceFrom", "2027-03-01")
    return tmp_path


def test_each_version_is_in_force_until_the_next_begins(folder: Path) -> None:
    both = read_terms(folder)
    before, after = access_terms(MIDNIGHT - timedelta(seconds=1), both), access_terms(MIDNIGHT, both)
    assert (before.version, before.in_force_to) == ("2023.1", MIDNIGHT)
    assert (after.version, after.in_force_to) == ("2027.1", None)


def test_terms_are_found_by_their_version() -> None:
    now = access_terms(NOW)
    assert access_terms_of(now.version) is now
    assert access_terms_of("1999.1") is None
    assert now.documents == {"DIPLOMA", "RETRAINING", "CPD", "REFERENCE"}


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("version", "2024.1", "access-2023.1.json.version: the name of the file says another"),
        ("inForceFrom", "2027-03-01", "inForceFrom: another version begins on that day"),
        ("documents", [], "access-2023.1.json.documents: no document would do"),
        ("documents", ["CASE_HISTORY"], "documents: CASE_HISTORY cannot stand here"),
        ("text/en", None, "access-2023.1.json.text: en is missing"),
        ("text/ru", " ", "access-2023.1.json.text.ru: a text is expected"),
        ("price", 1, "access-2023.1.json: price means nothing here"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(folder: Path, place: str, value: Any, fault: str) -> None:
    spoil(folder, FIRST, place, value)
    with pytest.raises(RulesAreWrong) as refused:
        read_terms(folder)
    assert fault in str(refused.value)


def test_a_folder_without_terms_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesAreWrong, match="there is no such file"):
        read_terms(tmp_path)


def test_versions_are_in_the_order_in_which_they_begin_and_not_in_that_of_their_names(tmp_path: Path) -> None:
    for version, begins in (("2026.10", "2026-10-01"), ("2026.2", "2026-02-01"), ("2026.1", "2026-01-01")):
        name = f"linking-{version}.json"
        shutil.copy(FOLDER / "linking-2026.1.json", tmp_path / name)
        spoil(tmp_path, name, "version", version)
        spoil(tmp_path, name, "inForceFrom", begins)
    assert [one.version for one in read_link_consents(tmp_path)] == ["2026.1", "2026.2", "2026.10"]
