"""What an operator does with mail and notices on the command line."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.commands.main import app
from sources.stores import Stores

FILL = """
WITH told AS (
    INSERT INTO message (subject, kind, at, template, parameters)
    SELECT '1', 'DECISION', now(), 'decision_rejected', '{}' FROM generate_series(1, 3) RETURNING id
)
INSERT INTO mail (message_id, state, attempts, next_at, settled_at, last_error)
SELECT id, 'DEAD', 12, now(), now(), 'RECIPIENT_REFUSED_550' FROM told
"""

GIVEN_UP = """
WITH failed (at, attempts, dead_at, last_error) AS (VALUES (now(), 10, now(), 'SQLSTATE_23514')), events AS (
    INSERT INTO event (at, kind, payload, attempts, dead_at, last_error)
    SELECT at - n * interval '1 hour', 'DECISION_MADE', '{}', attempts, dead_at, last_error
    FROM failed, generate_series(1, 2) AS n
)
INSERT INTO audit_entry (at, subject, act, grounds, attempts, dead_at, last_error)
SELECT at, '1', 'approveApplication', '{}', attempts, dead_at, last_error FROM failed
"""


@pytest.fixture
def run(village_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Runs a command over the stores of these tests."""
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    monkeypatch.setenv("KABINET_DATA", str(tmp_path))
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "3")
    for name, url in village_urls.items():
        monkeypatch.setenv(f"KABINET_{name.upper()}_URL", url)
    return lambda *arguments: CliRunner().invoke(app, [*arguments])


def in_journal(urls: dict[str, str], ask: Callable[[Any], Awaitable[Any]]) -> Any:
    return in_store(urls, "journal", ask)


def in_store(urls: dict[str, str], name: str, ask: Callable[[Any], Awaitable[Any]]) -> Any:
    async def asked() -> Any:
        stores = Stores.from_urls(urls, deadline=30)
        try:
            async with getattr(stores, name).connection() as connection:
                return await ask(connection)
        finally:
            await stores.close()

    return asyncio.run(asked())


def test_mail_that_was_given_up_is_listed_and_queued_once_more(
    run: Callable[..., Any], village_urls: dict[str, str]
) -> None:
    in_journal(village_urls, lambda journal: journal.execute("TRUNCATE mail, message"))
    assert run("mail", "dead").stdout == "No mail was given up.\n"
    in_journal(village_urls, lambda journal: journal.execute(FILL))
    listed = run("mail", "dead").stdout.splitlines()
    assert all(re.fullmatch(r"\d+ +DECISION +12  [\d-]+ [\d:]+  RECIPIENT_REFUSED_550", line) for line in listed)
    numbers = [line.split()[0] for line in listed]
    assert run("mail", "requeue", numbers[0]).stdout == "1 queued.\n"
    assert [line.split()[0] for line in run("mail", "dead").stdout.splitlines()] == numbers[1:]
    assert run("mail", "requeue", "--all").stdout == "2 queued.\n"
    assert in_journal(village_urls, lambda journal: journal.fetchval("SELECT sum(attempts) FROM mail")) == 0
    for arguments in ((), (numbers[0], "--all")):
        assert run("mail", "requeue", *arguments).exit_code == 2
    in_journal(village_urls, lambda journal: journal.execute("TRUNCATE mail, message"))


def test_what_the_relay_gave_up_is_listed_and_tried_once_more(
    run: Callable[..., Any], village_urls: dict[str, str]
) -> None:
    acted = ("accreditation", "schedule", "clinical")

    def each(text: str) -> None:
        for name in acted:
            in_store(village_urls, name, lambda store: store.execute(text))

    emptied = "TRUNCATE event, audit_entry"
    each(emptied)
    assert run("relay", "dead").stdout == "Nothing was given up.\n"
    each(GIVEN_UP)
    listed = run("relay", "dead").stdout.splitlines()
    of_each = (["event", "DECISION_MADE"], ["event", "DECISION_MADE"], ["audit_entry", "approveApplication"])
    assert [line.split()[1:4] for line in listed] == [[name, *one] for name in acted for one in of_each]
    assert all(line.endswith("  10  SQLSTATE_23514") for line in listed)
    assert run("relay", "retry", listed[-1].split()[0]).stdout == "1 to be tried again.\n"
    assert run("relay", "dead").stdout.splitlines() == listed[:-1]
    assert run("relay", "retry", "--all").stdout == "8 to be tried again.\n"
    for arguments in ((), ("--all", listed[0].split()[0]), ("no-id",)):
        assert run("relay", "retry", *arguments).exit_code == 2
    each(emptied)


def test_works_are_announced_in_both_languages(run: Callable[..., Any], village_urls: dict[str, str]) -> None:
    texts = ("--ru", "Работы", "--en", "Works")
    assert run("notice", "2031-03-10T01:00", "2031-03-10T03:30", *texts).exit_code == 0
    text = "DELETE FROM service_notice WHERE text_en = 'Works' RETURNING starts_at, ends_at, text_ru"
    (row,) = in_journal(village_urls, lambda journal: journal.fetch(text))
    assert (f"{row['starts_at']:%F %T}", f"{row['ends_at']:%F %T}") == ("2031-03-09 22:00:00", "2031-03-10 00:30:00")
    assert row["text_ru"] == "Работы"
    assert run("notice", "2031-03-10T03:00", "2031-03-10T01:00", *texts).exit_code == 2


AUDITED = "SELECT act, object, subject FROM arrived_audit_entry WHERE subject LIKE 'operator%' ORDER BY position"


def audited(urls: dict[str, str], since: int = 0) -> list[tuple[str, str]]:
    """Acts and objects that commands left in the journal of acts; each names who ran it."""
    rows = in_journal(urls, lambda journal: journal.fetch(AUDITED))[since:]
    assert all(re.fullmatch(r"operator:\S+", row["subject"]) for row in rows)
    return [(row["act"], row["object"]) for row in rows]


def test_announced_works_are_listed_corrected_and_withdrawn_and_each_leaves_an_audit_entry(
    run: Callable[..., Any], village_urls: dict[str, str]
) -> None:
    before = len(audited(village_urls))
    told = run("notice", "2032-03-10T01:00", "2032-03-10T03:30", "--ru", "Работы", "--en", "Works").stdout
    number = re.search(r"number (\d+)", told)[1]  # type: ignore[index]
    assert run("notices", "correct", number, "--ends", "2032-03-10T05:00", "--ru", "Другие").exit_code == 0
    (line,) = (line for line in run("notices", "list").stdout.splitlines() if line.startswith(f"{number} "))
    assert line.split(maxsplit=5)[1:] == ["2032-03-10", "01:00", "2032-03-10", "05:00", "Другие"]
    for wrong in (("--ends", "2032-03-10T00:30"), ("--ru", " "), ("--en", "ask a@b.example"), ()):
        assert run("notices", "correct", number, *wrong).exit_code == 2
    assert run("notices", "withdraw", number).stdout == "Withdrawn.\n"
    assert number not in run("notices", "list").stdout
    for gone in (("withdraw", number), ("correct", number, "--ru", "Работы")):
        done = run("notices", *gone)
        assert (done.exit_code, "no works of this number" in done.stderr) == (2, True)
    acts = ("announceWorks", "correctWorks", "withdrawWorks")
    assert audited(village_urls, before) == [(act, f"works_{number}") for act in acts]


@pytest.mark.parametrize(
    "arguments",
    [
        ("2020-03-10T01:00", "2020-03-10T03:30", "--ru", "Работы", "--en", "Works"),
        ("2032-03-10T01:00", "2032-03-10T03:30", "--ru", "", "--en", "Works"),
        ("2032-03-10T01:00", "2032-03-10T03:30", "--ru", "Работы", "--en", "ask +7 900 000 00 00"),
    ],
)
def test_works_that_are_over_and_words_for_nobody_are_not_announced(
    run: Callable[..., Any], village_urls: dict[str, str], arguments: tuple[str, ...]
) -> None:
    before = len(audited(village_urls))
    assert run("notice", *arguments).exit_code == 2
    assert audited(village_urls, before) == []


def test_what_a_file_announced_is_listed_and_withdrawn(
    run: Callable[..., Any], village_urls: dict[str, str], tmp_path: Path
) -> None:
    in_journal(village_urls, lambda journal: journal.execute("TRUNCATE announcement"))
    assert run("announcements", "list").stdout == "Nothing is announced.\n"
    before, file = len(audited(village_urls)), tmp_path / "announced.json"
    training = {"number": "ПЛ-7", "kind": "TRAINING", "startsOn": "2099-03-10", "ru": "Курс", "en": "Course"}
    for words in ("Курс", "Другой курс"):
        file.write_text(json.dumps([{**training, "ru": words}]))
        assert run("announce", str(file)).exit_code == 0
    (line,) = run("announcements", "list").stdout.splitlines()
    assert line.split(maxsplit=3) == ["ПЛ-7", "TRAINING", "2099-03-10", "Другой курс"]
    assert run("announcements", "withdraw", "ПЛ-8").exit_code == 2
    assert run("announcements", "withdraw", "ПЛ-7").stdout == "Withdrawn.\n"
    assert run("announcements", "list").stdout == "Nothing is announced.\n"
    acts, objects = zip(*audited(village_urls, before), strict=True)
    assert acts == ("announce", "announce", "withdrawAnnouncement")
    assert len(set(objects)) == 1


def test_a_file_is_announced_as_a_whole(run: Callable[..., Any], village_urls: dict[str, str], tmp_path: Path) -> None:
    oid = in_store(village_urls, "registry", lambda store: store.fetchval("SELECT oid FROM organization WHERE id = 1"))
    texts = {"startsOn": "2099-03-10", "ru": "Проверка", "en": "Inspection"}
    training = {"number": "7", "kind": "TRAINING", **texts}
    inspection = {"number": "8", "kind": "INSPECTION", "organization": oid, **texts}
    in_journal(village_urls, lambda journal: journal.execute("TRUNCATE announcement"))
    file, text = tmp_path / "announced.json", "DELETE FROM announcement RETURNING number, kind, organization_id"
    file.write_text(json.dumps([training, inspection, {**training, "number": "9", "organization": "1.2.3"}]))
    refused = run("announce", str(file))
    assert refused.exit_code == 2
    assert "there is no organisation 1.2.3" in refused.stderr
    assert in_journal(village_urls, lambda journal: journal.fetch(text)) == []
    file.write_text(json.dumps([training, inspection]))
    assert run("announce", str(file)).stdout == "2 announced.\n"
    kept = in_journal(village_urls, lambda journal: journal.fetch(text))
    assert sorted(map(tuple, kept)) == [("7", "TRAINING", None), ("8", "INSPECTION", 1)]
    assert run("announce", str(tmp_path / "none.json")).exit_code == 2


def test_the_terms_of_applications_are_shown_as_they_were_kept(run: Callable[..., Any]) -> None:
    done = run("applications", "terms")
    assert done.exit_code == 0
    title, *rows = done.stdout.splitlines()
    assert re.fullmatch(r"Decided from [\d-]{10} to [\d-]{10}, and late now:", title)
    assert [re.fullmatch(r"(.*?) +\d+ +0 +0", row)[1] for row in rows[1:]] == ["automatic check", "decision"]  # type: ignore[index]
    assert rows[0].split() == ["kept", "missed", "late"]


def test_a_journal_that_is_gone_is_told_in_one_line(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABINET_JOURNAL_URL", "postgresql://kabinet@127.0.0.1:9/none")
    for arguments in (("mail", "dead"), ("notice", "2031-03-10T01:00", "2031-03-10T03:30", "--ru", "а", "--en", "a")):
        done = run(*arguments)
        assert (done.exit_code, done.stderr) == (2, "kabinet: SOURCE_UNAVAILABLE: journal\n")
