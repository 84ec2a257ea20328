"""What the owner of the database does to the journal behind its guards, and how it comes to light."""

import re
from pathlib import Path

import pytest

from tests.gateway.evidence.conftest import Journal, Kabinet, entry
from tests.tampering import EMPTIED

# Rewrites every link from a position on, as somebody would who knows how they are made.
LINKED_ANEW = """
DO $$
DECLARE made arrived_audit_entry; last bytea := decode(repeat('00', 32), 'hex');
BEGIN
    FOR made IN SELECT * FROM arrived_audit_entry ORDER BY position LOOP
        last := audit_link(last, made);
        UPDATE arrived_audit_entry SET link = last WHERE position = made.position;
    END LOOP;
END $$
"""
# Notes the end of what is left as the end of the chain.
ENDED = """
UPDATE chain_end SET (position, link) =
    (SELECT position, link FROM arrived_audit_entry ORDER BY position DESC LIMIT 1)
"""
# Puts a read among the acts as it is.
MADE_AN_ACT = """
INSERT INTO arrived_audit_entry (id, position, store, at, subject, act, object, grounds, arrived_at, link)
SELECT id, position, store, at, subject, act, object, grounds, arrived_at, link FROM read_entry
WHERE position = {position}
"""
FORGED = """
INSERT INTO arrived_audit_entry (id, position, link, store, at, subject, act, grounds)
SELECT gen_random_uuid(), {position}, link, store, at, subject, act, grounds
FROM arrived_audit_entry WHERE position = {like}
"""
MOVED = "UPDATE arrived_audit_entry SET position = -position WHERE position > {after}"
BACK = "UPDATE arrived_audit_entry SET position = {change} - position WHERE position < 0"


@pytest.mark.parametrize(
    ("position", "statements"),
    [
        (4, ["UPDATE arrived_audit_entry SET subject = '1' WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET act = 'rejectApplication' WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET object = NULL WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET object = '' WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET store = 'documents' WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET id = gen_random_uuid() WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET at = at + interval '1 microsecond' WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET arrived_at = at WHERE position = 4"]),
        (4, ["UPDATE arrived_audit_entry SET grounds = grounds || '{\"roles\": []}' WHERE position = 4"]),
        (10, ["UPDATE arrived_audit_entry SET link = sha256(link) WHERE position = 10"]),
        (1, ["DELETE FROM arrived_audit_entry WHERE position = 1"]),
        (7, ["DELETE FROM arrived_audit_entry WHERE position = 7"]),
        (7, ["DELETE FROM arrived_audit_entry WHERE position = 7", MOVED.format(after=7), BACK.format(change=-1)]),
        (3, [MOVED.format(after=2), BACK.format(change=1), FORGED.format(position=3, like=8)]),
        (0, [FORGED.format(position=0, like=1)]),
        (-(2**63), [FORGED.format(position="'-9223372036854775808'::bigint", like=1)]),
        (11, [FORGED.format(position=11, like=10)]),
        (11, [FORGED.format(position=13, like=10)]),
        (
            5,
            [
                "UPDATE arrived_audit_entry SET position = -6 WHERE position = 5",
                "UPDATE arrived_audit_entry SET position = 5 WHERE position = 6",
                "UPDATE arrived_audit_entry SET position = 6 WHERE position = -6",
            ],
        ),
    ],
)
def test_verify_finds_the_first_place_that_was_touched(
    ten: Journal, kabinet: Kabinet, position: int, statements: list[str]
) -> None:
    ten.run(*statements)
    done = kabinet("verify")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kabinet: the journal: broken at position {position}: ")


@pytest.mark.parametrize(
    ("position", "statements"),
    [
        (4, ['UPDATE read_entry SET grounds = grounds || \'{"verdict": "ABSENT"}\' WHERE position = 4']),
        (6, ["UPDATE read_entry SET subject = '1' WHERE position = 6"]),
        (6, ["DELETE FROM read_entry WHERE position = 6"]),
        (5, ["DELETE FROM arrived_audit_entry WHERE position = 5"]),
        (2, ["TRUNCATE read_entry"]),
        (10, ["DELETE FROM read_entry WHERE position = 10"]),
        (9, ["DELETE FROM read_entry WHERE position > 8", "DELETE FROM arrived_audit_entry WHERE position > 8"]),
        (10, ["UPDATE read_entry SET link = sha256(link) WHERE position = 10"]),
        (10, ["UPDATE chain_end SET link = sha256(link)"]),
        (11, ["UPDATE chain_end SET position = 12"]),
        (
            2,
            [
                "UPDATE read_entry SET position = -4 WHERE position = 2",
                "UPDATE read_entry SET position = 2 WHERE position = 4",
                "UPDATE read_entry SET position = 4 WHERE position = -4",
            ],
        ),
        (
            4,
            [
                MADE_AN_ACT.format(position=4),
                "UPDATE arrived_audit_entry SET act = 'viewed' WHERE position = 4",
                "DELETE FROM read_entry WHERE position = 4",
            ],
        ),
    ],
)
def test_verify_finds_it_among_acts_and_reads_alike(
    mixed: Journal, kabinet: Kabinet, position: int, statements: list[str]
) -> None:
    assert kabinet("verify").exit_code == 0
    mixed.run(*statements)
    done = kabinet("verify")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"kabinet: the journal: broken at position {position}: ")


def test_a_whole_chain_is_told_with_its_end(ten: Journal, kabinet: Kabinet) -> None:
    done = kabinet("verify")
    link = ten.rows("SELECT link FROM arrived_audit_entry WHERE position = 10")[0][0].hex()
    assert (done.exit_code, done.stdout) == (0, f"10 entries, as they arrived. The last link is {link}.\n")


def test_nothing_is_a_whole_chain(journal: Journal, kabinet: Kabinet) -> None:
    assert journal.positions == []
    done = kabinet("verify")
    assert (done.exit_code, done.stdout.split(",")[0]) == (0, "0 entries")


@pytest.mark.parametrize(
    ("position", "statements"),
    [
        (9, ["DELETE FROM arrived_audit_entry WHERE position > 8", ENDED]),
        (1, EMPTIED),
        (10, ["UPDATE arrived_audit_entry SET subject = '1' WHERE position = 6", LINKED_ANEW, ENDED]),
    ],
    ids=["its end cut off", "emptied", "rewritten from its middle on"],
)
def test_what_the_chain_itself_cannot_show_an_earlier_package_does(
    ten: Journal, kabinet: Kabinet, tmp_path: Path, position: int, statements: list[str]
) -> None:
    package = tmp_path / "package"
    assert kabinet("export", package).exit_code == 0
    assert kabinet("verify", "--against", package).exit_code == 0
    ten.run(*statements)
    assert kabinet("verify").exit_code == 0
    done = kabinet("verify", "--against", package)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"kabinet: the journal: broken at position {position}: the package ")


def test_a_journal_goes_on_from_its_packages(ten: Journal, kabinet: Kabinet, tmp_path: Path) -> None:
    package = tmp_path / "package"
    kabinet("export", package)
    ten.arrive([entry(11), entry(12)])
    thumbprint = kabinet("key").stdout.strip()
    done = kabinet("verify", "--against", package, "--signed-by", thumbprint)
    assert done.exit_code == 0
    assert re.match(r"12 entries, .*\nThe package is sealed with the key " + thumbprint, done.stdout)


def test_a_journal_that_is_gone_is_no_broken_one(kabinet: Kabinet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABINET_JOURNAL_URL", "postgresql://kabinet@127.0.0.1:9/none")
    done = kabinet("verify")
    assert (done.exit_code, done.stderr) == (2, "kabinet: SOURCE_UNAVAILABLE: journal\n")
