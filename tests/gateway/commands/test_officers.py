"""The first officers are appointed by a command, which leaves its reason in the journal."""

import asyncio
import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.commands.main import main
from gateway.settings import STORES
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYS, VARIABLE

SOMEBODY = "somebody-new"


@pytest.fixture(autouse=True)
def over_the_village(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, urls: dict[str, str]) -> Iterator[None]:
    settings = {
        "KABINET_PROFILE": "demo",
        "KABINET_DATA": str(tmp_path),
        VARIABLE: KEYS,
        IDENTITY_VARIABLE: IDENTITY_KEYS,
        DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
    }
    settings |= {STORES[name]: url for name, url in urls.items()}
    for name, value in {**settings, "KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "60"}.items():
        monkeypatch.setenv(name, value)
    yield
    rows(urls, "DELETE FROM appointment WHERE subject = $1", SOMEBODY)


def rows(urls: dict[str, str], text: str, *values: object) -> list[asyncpg.Record]:
    async def asked() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(urls["journal"])
        try:
            found: list[asyncpg.Record] = await connection.fetch(text, *values)
            return found
        finally:
            await connection.close()

    return asyncio.run(asked())


def kabinet(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["kabinet", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code if isinstance(left.value.code, int) else 0


def test_an_operator_appoints_lists_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], urls: dict[str, str]
) -> None:
    given = ("appoint", "mis", SOMEBODY, "--organization", "org_1", "--until", "2030-05-31", "--reason", "Приказ 7")
    assert kabinet(monkeypatch, *given) == 0
    assert kabinet(monkeypatch, *given) == 1  # he has it already
    capsys.readouterr()
    assert kabinet(monkeypatch, "appointments", "--function", "MIS") == 0
    (line,) = [line.split() for line in capsys.readouterr().out.splitlines() if SOMEBODY in line]
    assert (line[:3], line[-1]) == (["MIS", SOMEBODY, "org_1"], "2030-05-31")
    assert kabinet(monkeypatch, "appoint", "MIS", SOMEBODY, "--organization", "org_1", "--reason", "Ушёл", "--end") == 0
    assert kabinet(monkeypatch, "appoint", "MIS", SOMEBODY, "--organization", "org_1", "--reason", "Ушёл", "--end") == 1
    (row,) = rows(urls, "SELECT * FROM appointment WHERE subject = $1", SOMEBODY)
    by = f"operator:{getpass.getuser()}"
    assert (row["function"], row["organization_id"], row["proposed_by"], row["ended_by"]) == ("MIS", 1, by, by)
    noted = rows(urls, "SELECT subject, act, grounds FROM arrived_audit_entry WHERE object = $1 ORDER BY position",
                 f"apt_{row['id']}")  # fmt: skip
    assert [(one["subject"], one["act"], json.loads(one["grounds"])["reason"]) for one in noted] == [
        (by, "appoint", "Приказ 7"), (by, "endAppointment", "Ушёл"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("KING", SOMEBODY), "expected one of"),
        (("ALL", SOMEBODY), "expected one of"),
        (("AUD", " "), "expected 1 to"),
        (("AUD", SOMEBODY, "--organization", "org_1"), "it is held at no organisation"),
        (("HRR", SOMEBODY), "it is held at an organisation"),
        (("HRR", SOMEBODY, "--organization", "org_999999"), "there is no such organisation"),
        (("AUD", SOMEBODY, "--until", "2020-01-01"), "expected a day to come"),
        (("AUD", SOMEBODY, "--until", "2030-01-01", "--end"), "there is no last day"),
    ],
)
def test_what_does_not_fit_is_one_clear_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert kabinet(monkeypatch, "appoint", *arguments, "--reason", "Приказ") == 2
    assert said in capsys.readouterr().err


def test_an_appointment_needs_a_reason(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert kabinet(monkeypatch, "appoint", "AUD", SOMEBODY) == 2
    assert kabinet(monkeypatch, "appoint", "AUD", SOMEBODY, "--reason", " ") == 2
    assert "--reason" in capsys.readouterr().err
