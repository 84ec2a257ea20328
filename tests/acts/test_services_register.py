"""The central register of services is told of each procedure once for true, whatever becomes of either side."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.commands.main import app
from gateway.exchange.services import RegisterInvalid, ServicesRegister, read_services_register
from gateway.jobs.services import ServicesTold
from gateway.log import Log
from gateway.settings import Settings
from tests.acts.clinic import Clinic
from tests.acts.receiver import made
from tests.keys import KEYS, VARIABLE

MESSAGES = "SELECT * FROM procedure_message ORDER BY id"
GIVEN = {"patientId": "pat_1", "code": "B01.047.001", "note": "Канарейка перенесла хорошо", "count": 3}


@dataclass
class Register:
    """The register in a process of its own, and the job that tells it."""

    clinic: Clinic
    folder: Path
    spoken: ServicesRegister
    logged: StringIO
    # Only whoever never comes to an end is waited for so long.
    patience: float = 60.0
    process: "subprocess.Popen[str] | None" = None

    def begin(self) -> None:
        """Begin the process; once more, it goes on where it was."""
        argv = [sys.executable, "-m", "tests.acts.services_receiver", str(self.folder)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> int:
        """End it, if it has not ended itself; how it ended."""
        assert self.process is not None
        self.process.terminate()
        return self.ended()

    def ended(self) -> int:
        """How it ended by itself."""
        assert self.process is not None
        with self.process as process:
            return process.wait(10)

    def moods(self, *moods: str) -> None:
        """What it does with the next messages."""
        (self.folder / "moods.json").write_text(json.dumps(moods))

    def lines(self, name: str) -> list[Any]:
        """What it kept."""
        file = self.folder / name
        return [json.loads(one) for one in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    def job(self, register: ServicesRegister | None = None) -> ServicesTold:
        """The job."""
        application = self.clinic.office.application
        clock = application.operating.clock
        log = Log(sink=self.logged)
        spoken = register or self.spoken
        return ServicesTold(application.stores, spoken, clock, log, seconds=self.patience, first_pause=0.001)

    async def tell(self, register: ServicesRegister | None = None) -> list[dict[str, Any]]:
        """Do the work of the job once; the messages afterwards."""
        await self.clinic.rows("UPDATE procedure_message SET next_at = now() WHERE next_at IS NOT NULL")
        await self.job(register).run()
        return await self.clinic.rows(MESSAGES)


@pytest.fixture
async def register(clinic: Clinic, tmp_path: Path) -> AsyncIterator[Register]:
    """A register that is well disposed, and nothing to tell."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    made(tmp_path, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Register CA")
    made(
        tmp_path, "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
        "server.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    )  # fmt: skip
    (tmp_path / "token").write_text("kanareika.token\n")
    settings = {"token": "token", "authority": "ca.pem", "private": True, "patient": "INSURANCE_NUMBER"}
    (tmp_path / "register.json").write_text(json.dumps(settings))
    await clinic.rows("DELETE FROM procedure_message")
    one = Register(clinic, tmp_path, ServicesRegister("x"), StringIO())
    one.moods()
    one.begin()
    endpoint = f"https://localhost:{(tmp_path / 'port').read_text()}/services"
    one.spoken = read_services_register(endpoint, tmp_path / "register.json")
    yield one
    one.end()


async def recorded(clinic: Clinic, **given: Any) -> str:
    payload = await clinic.act("therapist", "recordProcedure", "procedure { id }", **{**GIVEN, **given})
    assert payload["problems"] == []
    made_: str = payload["procedure"]["id"]
    return made_


async def test_what_leaves_is_what_the_page_says_and_nothing_of_the_patient_that_was_not_asked_for(
    register: Register,
) -> None:
    clinic = register.clinic
    procedure = await recorded(clinic)
    (message,) = await register.tell()
    assert (message["status"], message["number"], message["attempts"]) == ("ACCEPTED", "РМУ-1", 1)
    (came,) = register.lines("came.jsonl")
    body, headers = came["body"], {name.lower(): value for name, value in came["headers"].items()}
    name = str(message["name"])
    assert (headers["authorization"], headers["idempotency-key"]) == ("Bearer kanareika.token", name)
    (place,) = await clinic.office.rows("SELECT oid, ogrn FROM organization WHERE id = 1", store="registry")
    (row,) = await clinic.rows("SELECT at, book_version FROM procedure WHERE id = $1", int(procedure[5:]))
    number = body.pop("patient")["insuranceNumber"]
    assert (len(number), number.isdigit()) == (16, True)
    assert body == {
        "format": "kabinet-service/1", "message": name, "recorded": name, "kind": "RECORDED",
        "organization": {"oid": place["oid"], "ogrn": place["ogrn"]}, "procedure": procedure, "performer": "prac_1",
        "service": {"code": "B01.047.001", "bookVersion": row["book_version"]}, "at": row["at"].isoformat(),
        "endsAt": None, "count": 3,
    }  # fmt: skip
    # What is special, or where nobody asks for it, goes without a number; what was taken back says which it was.
    await clinic.rows("UPDATE procedure SET confidentiality = 'SPECIAL', special_kind = 'HIV' WHERE id >= 100000000")
    await clinic.rows("UPDATE procedure_message SET status = 'QUEUED', next_at = now()")
    await register.tell()
    assert "patient" not in register.lines("came.jsonl")[-1]["body"]
    await clinic.rows("UPDATE procedure SET confidentiality = 'NORMAL', special_kind = NULL WHERE id >= 100000000")
    await clinic.act(
        "therapist", "markEnteredInError", "record { __typename }", id=procedure, expectedVersion=1, reason="x"
    )
    await register.tell()
    last = register.lines("came.jsonl")[-1]["body"]
    assert last == {
        "format": "kabinet-service/1", "message": last["message"], "recorded": name, "kind": "ENTERED_IN_ERROR",
        "organization": {"oid": place["oid"], "ogrn": place["ogrn"]},
    }  # fmt: skip
    assert "Канарейка" not in register.logged.getvalue() + json.dumps(register.lines("came.jsonl"), ensure_ascii=False)
    told = await clinic.rows("SELECT payload FROM event WHERE kind = 'SERVICE_REGISTRATION_CHANGED'")
    assert {json.loads(one["payload"])["object"] for one in told} == {procedure}


async def test_nack_busy_silence_dripping_and_a_foreign_answer(register: Register) -> None:
    clinic = register.clinic
    first = await recorded(clinic)
    # Whatever does not decide is tried again under the same name; what decides ends it.
    undecided = ("nack:RATE_LIMIT", "429", "500", "401", "202", "drip", "other")
    codes = (
        "RATE_LIMIT", "RATE_LIMIT", "INTERNAL_ERROR", "ACCESS_DENIED", "ASYNC_RESPONSE_TIMEOUT", "TIMED_OUT",
        "ANSWER_UNREADABLE",
    )  # fmt: skip
    for mood, code in zip(undecided, codes, strict=True):
        register.moods(mood)
        register.patience = 1.5 if mood == "drip" else 60.0
        (message,) = await register.tell()
        assert (message["status"], message["code"]) == ("QUEUED", code), mood
    assert (await register.tell())[0]["status"] == "ACCEPTED"
    assert len({one["headers"]["idempotency-key"] for one in register.lines("came.jsonl")}) == 1
    await recorded(clinic)
    register.moods("nack:PERSON_POST_IN_FRMR_MISMATCH")
    _, refused = await register.tell()
    assert (refused["status"], refused["code"]) == ("REJECTED", "PERSON_POST_IN_FRMR_MISMATCH")
    answer = await clinic.office.ask(
        "therapist",
        "query($a: ID!, $b: ID!) { first: node(id: $a) { ...Told } second: node(id: $b) { ...Told } } "
        "fragment Told on Procedure { registration { status number reason { code message retryable mender } } }",
        {"a": first, "b": f"proc_{refused['procedure_id']}"},
    )
    assert answer.data["first"]["registration"] == {"status": "ACCEPTED", "number": "РМУ-1", "reason": None}
    assert answer.data["second"]["registration"] == {
        "status": "REJECTED", "number": None,
        "reason": {
            "code": "PERSON_POST_IN_FRMR_MISMATCH",
            "message": "Должность не совпадает с федеральным регистром медицинских работников.",
            "retryable": False, "mender": "CLINIC",
        },
    }  # fmt: skip
    # Nobody is asked who is not reached at the address of the settings, by the authority of the file.
    inside = ServicesRegister(register.spoken.endpoint, "t", authority=register.folder / "ca.pem")
    await recorded(clinic)
    assert (await register.tell(inside))[-1]["code"] == "ADDRESS_REFUSED"
    foreign = ServicesRegister(register.spoken.endpoint, "t", private=True)
    assert (await register.tell(foreign))[-1]["code"] == "UNREACHABLE"


async def test_a_register_that_dies_and_a_process_of_ours_that_dies_leave_one_effect(
    register: Register, office_urls: dict[str, str], office_settings: Settings
) -> None:
    clinic = register.clinic
    await recorded(clinic)
    register.moods("die")
    (message,) = await register.tell()
    assert (message["status"], message["code"]) == ("QUEUED", "UNREACHABLE")
    assert register.ended() == 3
    register.begin()
    # The register took it before it died; a process of ours hears so, and dies before it can say so.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environment |= {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    environment |= {
        "KABINET_PROFILE": "demo", "KABINET_DATA": str(office_settings.data),
        VARIABLE: KEYS,
        "KABINET_SERVICES_REGISTER_URL": register.spoken.endpoint,
        "KABINET_SERVICES_REGISTER": str(register.folder / "register.json"),
    }  # fmt: skip
    await clinic.rows("UPDATE procedure_message SET next_at = now()")
    argv = (sys.executable, "-m", "tests.acts.dying_sender", "service_told")
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stderr=asyncio.subprocess.PIPE)
    _, wrote = await process.communicate()
    assert process.returncode == -signal.SIGKILL, wrote.decode()
    (message,) = await clinic.rows(MESSAGES)
    assert (message["status"], message["attempts"]) == ("QUEUED", 2)
    # Nobody else tries while it is claimed.
    assert await register.job().run() == 0
    (message,) = await register.tell()
    assert (message["status"], message["number"]) == ("ACCEPTED", "РМУ-1")
    assert len(register.lines("came.jsonl")) == 3
    assert len(register.lines("decided.jsonl")) == 1


async def test_what_is_given_up_is_seen_and_told_anew_by_an_operator_and_an_error_waits_for_its_record(
    register: Register, monkeypatch: pytest.MonkeyPatch, office_urls: dict[str, str], office_settings: Settings
) -> None:
    clinic = register.clinic
    procedure = await recorded(clinic)
    await clinic.act(
        "therapist", "markEnteredInError", "record { __typename }", id=procedure, expectedVersion=1, reason="x"
    )
    await clinic.rows("UPDATE procedure_message SET attempts = 11 WHERE kind = 'RECORDED'")
    register.moods("500", "500")
    first, second = await register.tell()
    assert (first["status"], first["code"], second["status"], second["attempts"]) == (
        "DEAD",
        "INTERNAL_ERROR",
        "QUEUED",
        0,
    )
    first, second = await register.tell()
    assert (second["status"], len(register.lines("came.jsonl"))) == ("QUEUED", 1)
    for name, url in office_urls.items():
        monkeypatch.setenv(f"KABINET_{name.upper()}_URL", url)
    monkeypatch.setenv("KABINET_DATA", str(office_settings.data))
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    monkeypatch.setenv("USER", "оператор")
    for argv in (["services", "dead"], ["services", "requeue", "1"], ["services", "requeue", str(first["id"])],
                 ["services", "dead"]):  # fmt: skip
        done = await asyncio.to_thread(CliRunner().invoke, app, argv)
        assert done.exit_code == 0, done.output
        if argv == ["services", "dead"]:
            assert (procedure in done.output) is (first["status"] == "DEAD")
        (first, second) = await clinic.rows(MESSAGES)
    assert first["status"] == "QUEUED"
    (entry,) = await clinic.rows("SELECT act, object FROM audit_entry WHERE act = 'requeueServiceMessage'")
    assert entry["object"] == f"svcmsg_{first['id']}"
    register.moods()
    first, second = await register.tell()
    assert (first["status"], second["status"]) == ("ACCEPTED", "QUEUED")
    _, second = await register.tell()
    assert second["status"] == "ACCEPTED"
    kinds = [one["body"]["kind"] for one in register.lines("came.jsonl")]
    assert kinds == ["RECORDED", "RECORDED", "ENTERED_IN_ERROR"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("http://register.example.org", {"token": "token"}, "endpoint: expected"),
    ("https://register.example.org", {}, "a token, or a certificate"),
    ("https://register.example.org", {"token": "nowhere"}, "token: expected a file"),
    ("https://register.example.org", {"certificate": "token"}, "a certificate with its key"),
    ("https://register.example.org", {"certificate": "token", "key": "token"}, "PEM files"),
    ("https://register.example.org", {"token": "token", "patient": "NAME"}, "patient: expected"),
    ("https://register.example.org", {"token": "token", "private": "no"}, "private: expected"),
    ("https://register.example.org", {"token": "token", "password": "x"}, "expected an object"),
    ("https://register.example.org", {"token": "words"}, "a token of one line"),
]


def test_a_register_that_cannot_be_spoken_to_is_refused_without_a_value(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("kanareika")
    (tmp_path / "words").write_text("two words")
    file = tmp_path / "register.json"
    for endpoint, said, fault in WRONG:
        file.write_text(json.dumps(said))
        with pytest.raises(RegisterInvalid) as refused:
            read_services_register(endpoint, file)
        assert fault in str(refused.value), (said, str(refused.value))
        assert "kanareika" not in str(refused.value)
    file.write_text(json.dumps({"token": "token"}))
    known = read_services_register("https://register.example.org/v1", file)
    assert (known.shown(), "kanareika" in repr(known)) == ("by a token, patient NONE", False)
