"""Migrations leave the version before able to run: it goes on serving while the new one begins."""

import re

import pytest

from tests.house import tree

TAKES_AWAY = {
    "a table or column is gone": r"DROP\s+(TABLE|COLUMN)|op\.drop_(table|column)",
    "something has another name": r"\bRENAME\b|op\.rename_table|new_column_name",
    "a value has to be there": r"SET\s+NOT\s+NULL|DROP\s+DEFAULT|nullable=False",
    "a column is of another type": r"ALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b",
    "a value has to be said": r"ADD\s+COLUMN(?![^,;\"]*(DEFAULT|GENERATED))[^,;\"]*NOT\s+NULL",
}
# Those that came before there was a version to go on serving.
BEFORE = {
    "accreditation/versions/0004_acts.py",
    "identity/versions/0009_match.py",
    "journal/versions/0005_chain.py",
    "journal/versions/0006_announcements.py",
}


def takes_away(text: str) -> list[str]:
    """What a migration does that the version before would not live with."""
    return [what for what, pattern in TAKES_AWAY.items() if re.search(pattern, text)]


def test_no_migration_takes_away_what_the_version_before_needs() -> None:
    place = tree.ROOT / "sources" / "migrations"
    files = [path for path in tree.files(".py") if path.is_relative_to(place) and path.parent.name == "versions"]
    found = {path.relative_to(place).as_posix(): takes_away(tree.text(path)) for path in files}
    assert len(found) > 70
    assert {name for name, faults in found.items() if faults} == BEFORE


@pytest.mark.parametrize(
    ("text", "faulty"),
    [
        ("ALTER TABLE account DROP COLUMN blocked_at", True),
        ("DROP TABLE encounter_document", True),
        ("ALTER TABLE a RENAME COLUMN b TO c", True),
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL", True),
        ("ALTER TABLE a ALTER b TYPE text", True),
        ("ALTER TABLE a ADD COLUMN b text NOT NULL", True),
        ("ALTER TABLE a ADD COLUMN b bigint[] NOT NULL, ADD COLUMN c text NOT NULL DEFAULT ''", True),
        ("ALTER TABLE a ADD COLUMN b text NOT NULL DEFAULT ''", False),
        ("ALTER TABLE a ADD COLUMN b text DEFAULT '' NOT NULL", False),
        ("ALTER TABLE a ADD COLUMN b text, ADD COLUMN c text", False),
        ("ALTER TABLE a DROP CONSTRAINT b, ADD CONSTRAINT b CHECK (c IN ('A', 'B'))", False),
        ("DROP INDEX a", False),
    ],
)
def test_what_takes_away_is_seen(text: str, faulty: bool) -> None:
    assert bool(takes_away(text)) is faulty
