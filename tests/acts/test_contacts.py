"""Phones and addresses are the person's own once he shows the code that was sent there."""

import re
import stat
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.jobs.codes import Codes
from gateway.smtp import SmtpSettings
from resolvers.limits import Tried, failed
from resolvers.registering.reached import email, phone
from resolvers.rules.limits import FailureKind
from tests.acts.office import Office
from tests.acts.reception import codes
from tests.notices.post import post as mail_server

CHALLENGES = "challenges { kind sentTo expiresAt resendAt attemptsLeft }"
POINTS = "practitioner { contactPoints { kind value verifiedAt source } }"
NEW = "+79991234567"


class Clock:
    """The office's clock, which the test sets forward."""

    def __init__(self, office: Office) -> None:
        self._operating = office.application.operating
        self._now: Callable[[], datetime] = self._operating.clock
        self.ahead = timedelta()
        self._operating.clock = lambda: self._now() + self.ahead

    def __call__(self) -> datetime:
        return self._operating.clock()

    def back(self) -> None:
        self._operating.clock = self._now


@pytest.fixture
async def clock(hall: Office) -> AsyncIterator[Clock]:
    """The clock, and the contacts of the therapist as they were."""
    made = Clock(hall)
    kept = "SELECT phone, email, email_verified_at FROM practitioner WHERE id = 1"
    (row,) = await hall.rows(kept, store="registry")
    yield made
    made.back()
    await hall.rows(BACK, row["phone"], row["email"], row["email_verified_at"], store="registry")


BACK = """
UPDATE practitioner SET phone = $1, email = $2, email_verified_at = $3, phone_verified_at = NULL WHERE id = 1
"""


@pytest.fixture
def outgoing(hall: Office, clock: Clock, tmp_path: Path) -> "Outgoing":
    """What sends codes where there is no mail and no SMS: a file."""
    return Outgoing(hall, clock, tmp_path / "codes.txt")


class Outgoing:
    """Codes as the demo writes them."""

    def __init__(self, office: Office, clock: Callable[[], datetime], file: Path) -> None:
        application = office.application
        self.job = Codes(application.stores, clock, application.log, smtp=None, command=(), file=file)
        self.file = file

    async def code(self) -> str:
        """The last code that was sent."""
        await self.job.run()
        found: list[str] = re.findall(r"код (\d{6})", self.file.read_text(encoding="utf-8"))
        return found[-1]


async def changed(office: Office, **given: str) -> dict[str, Any]:
    payload = await office.act("therapist", "updateContacts", CHALLENGES, **given)
    assert payload["problems"] == [], payload
    return payload


async def shown(office: Office, code: str, kind: str = "PHONE", persona: str = "therapist") -> dict[str, Any]:
    return await office.act(persona, "confirmContact", POINTS, kind=kind, code=code)


async def kept_phone(office: Office) -> str | None:
    (row,) = await office.rows("SELECT phone FROM practitioner WHERE id = 1", store="registry")
    found: str | None = row["phone"]
    return found


async def test_a_phone_is_changed_by_the_code_that_went_there(hall: Office, outgoing: Outgoing) -> None:
    payload = await changed(hall, phone="8 (999) 123-45-67")
    (challenge,) = payload["challenges"]
    assert (challenge["kind"], challenge["sentTo"], challenge["attemptsLeft"]) == ("PHONE", "***4567", 5)
    assert await kept_phone(hall) != NEW
    code = await outgoing.code()
    assert stat.S_IMODE(outgoing.file.stat().st_mode) == 0o600
    (row,) = await hall.rows("SELECT * FROM contact_challenge", store="identity")
    assert row["code"] is None  # once it is sent, its hash alone is left
    assert code.encode() not in row["code_hash"]
    confirmed = await shown(hall, f" {code[:3]} {code[3:]} ")
    assert confirmed["problems"] == []
    points = {one["kind"]: one for one in confirmed["practitioner"]["contactPoints"]}
    assert (points["PHONE"]["value"], points["PHONE"]["source"]) == (NEW, "PERSON")
    assert points["PHONE"]["verifiedAt"] is not None
    assert codes(await shown(hall, code)) == [("CODE_EXPIRED", ["code"])]


async def test_from_where_too_many_codes_were_wrong_none_is_looked_at_for_a_while(
    hall: Office, outgoing: Outgoing, clock: Clock
) -> None:
    await changed(hall, phone=NEW)
    code = await outgoing.code()
    stores, here = hall.application.stores, Tried(address="127.0.0.1")
    for _ in range(100):
        await failed(stores, FailureKind.CODE, here, clock())
    payload = await hall.act("therapist", "confirmContact", "problems { code againAt }", kind="PHONE", code=code)
    (problem,) = payload["problems"]
    assert (problem["code"], problem["path"], problem["againAt"] is None) == ("TOO_OFTEN", ["code"], False)
    # Not even the right one was counted, and it is good once the window has slid on.
    clock.ahead = timedelta(minutes=16)
    assert codes(await shown(hall, code)) == [("CODE_EXPIRED", ["code"])]
    again = await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE")
    assert again["problems"] == []
    assert (await shown(hall, await outgoing.code()))["problems"] == []
    await hall.rows("DELETE FROM failure_slice", store="identity")


async def test_five_wrong_codes_end_it_and_the_right_one_comes_too_late(hall: Office, outgoing: Outgoing) -> None:
    await changed(hall, phone=NEW)
    code = await outgoing.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1, 0):
        payload = await shown(hall, wrong)
        assert codes(payload) == [("CODE_WRONG", ["code"])]
        assert payload["problems"][0]["message"].endswith(f"{left}.")
    assert codes(await shown(hall, code)) == [("CODE_EXPIRED", ["code"])]
    assert await kept_phone(hall) != NEW
    entries = await hall.rows("SELECT grounds->>'refused' AS why FROM audit_entry WHERE act = 'confirmContact'",
                              store="identity")  # fmt: skip
    assert [one["why"] for one in entries] == 5 * ["CODE_WRONG"] + ["CODE_EXPIRED"]


async def test_another_code_comes_after_a_minute_and_the_first_is_worth_nothing(
    hall: Office, outgoing: Outgoing, clock: Clock
) -> None:
    await changed(hall, phone=NEW)
    first = await outgoing.code()
    early = await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE")
    assert codes(early) == [("TOO_EARLY", ["kind"])]
    assert codes(await hall.act("therapist", "updateContacts", CHALLENGES, phone=NEW)) == [("TOO_EARLY", ["phone"])]
    clock.ahead = timedelta(seconds=61)
    again = await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE")
    assert again["problems"] == []
    second = await outgoing.code()
    if first != second:
        assert codes(await shown(hall, first)) == [("CODE_WRONG", ["code"])]
    assert (await shown(hall, second))["problems"] == []
    assert await kept_phone(hall) == NEW


async def test_who_tries_code_after_code_is_locked_out_for_a_while(
    hall: Office, outgoing: Outgoing, clock: Clock
) -> None:
    await changed(hall, phone=NEW)
    for again in (False, True):
        if again:
            clock.ahead = timedelta(seconds=61)
            await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE")
        wrong = f"{(int(await outgoing.code()) + 1) % 1_000_000:06}"
        for _ in range(5):
            assert codes(await shown(hall, wrong)) == [("CODE_WRONG", ["code"])]
    hall.application.operating.facts.heard()
    refused = await hall.try_to("therapist", "confirmContact", POINTS, kind="PHONE", code=wrong)
    assert [one["extensions"]["reason"] for one in refused.errors] == ["ACCOUNT_BLOCKED"]
    answer = await hall.ask("therapist", "{ viewer { lock { reason } } }")
    assert answer.data == {"viewer": {"lock": {"reason": "WRONG_CODES"}}}


async def test_a_code_is_good_for_ten_minutes_and_ten_of_them_a_day(
    hall: Office, outgoing: Outgoing, clock: Clock
) -> None:
    await changed(hall, phone=NEW)
    code = await outgoing.code()
    clock.ahead = timedelta(minutes=10, seconds=1)
    assert codes(await shown(hall, code)) == [("CODE_EXPIRED", ["code"])]
    for _ in range(9):
        clock.ahead += timedelta(minutes=2)
        assert (await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE"))["problems"] == []
    clock.ahead += timedelta(minutes=2)
    assert codes(await hall.act("therapist", "requestContactCode", CHALLENGES, kind="PHONE")) == [
        ("TOO_OFTEN", ["kind"])
    ]


async def test_the_code_of_another_account_proves_nothing(hall: Office, outgoing: Outgoing) -> None:
    await changed(hall, phone=NEW)
    code = await outgoing.code()
    assert codes(await shown(hall, code, persona="surgeon")) == [("CODE_EXPIRED", ["code"])]
    await hall.act("surgeon", "updateContacts", CHALLENGES, phone="+79990000000")
    assert codes(await shown(hall, code, persona="surgeon")) == [("CODE_WRONG", ["code"])]
    # Nor does it prove another contact of his own.
    assert codes(await shown(hall, code, kind="EMAIL")) == [("CODE_EXPIRED", ["code"])]
    assert (await shown(hall, code))["problems"] == []


async def test_an_address_is_proved_by_mail(hall: Office, clock: Clock) -> None:
    async with mail_server() as post:
        application = hall.application
        smtp = SmtpSettings("127.0.0.1", post.port, "none", None, None, "cabinet@hospital.example")
        job = Codes(application.stores, clock, application.log, smtp=smtp, command=(), file=None)
        payload = await changed(hall, email="maria.s@Пример.рф")
        assert payload["challenges"][0]["sentTo"] == "m***@xn--e1afmkfd.xn--p1ai"
        assert await job.run() == 1
        assert await job.run() == 0
        (letter,) = post.taken
    text = letter.get_content()
    code = re.findall(r"код (\d{6})", text)[0]
    confirmed = await shown(hall, code, kind="EMAIL")
    assert confirmed["problems"] == []
    points = {one["kind"]: one["value"] for one in confirmed["practitioner"]["contactPoints"]}
    assert points["EMAIL"] == "maria.s@xn--e1afmkfd.xn--p1ai"


async def test_a_command_sends_by_sms_and_is_tried_again_where_it_fails(
    hall: Office, clock: Clock, tmp_path: Path
) -> None:
    sent, program = tmp_path / "sent", tmp_path / "send.py"
    program.write_text(
        "import pathlib, sys\n"
        f"sent = pathlib.Path({str(sent)!r})\n"
        "again = sent.exists()\n"
        "sent.write_bytes(sys.stdin.buffer.read())\n"
        "sys.exit(0 if again else 1)\n",
        encoding="utf-8",
    )
    application = hall.application
    command = (sys.executable, str(program))
    job = Codes(application.stores, clock, application.log, smtp=None, command=command, file=None)
    await changed(hall, phone=NEW)
    assert await job.run() == 1
    assert await job.run() == 0
    clock.ahead = timedelta(seconds=15)
    assert await job.run() == 1
    number, text = sent.read_text(encoding="utf-8").splitlines()
    assert number == NEW
    assert (await shown(hall, re.findall(r"\d{6}", text)[0]))["problems"] == []


async def test_what_is_no_contact_is_told_by_its_path(hall: Office) -> None:
    payload = await hall.act("therapist", "updateContacts", CHALLENGES, phone="12", email="no\r\nBcc: a@b.example")
    assert codes(payload) == [("FIELD_FORMAT", ["phone"]), ("FIELD_FORMAT", ["email"])]
    assert codes(await hall.act("therapist", "updateContacts", CHALLENGES)) == [("FIELD_REQUIRED", ["phone"])]
    assert codes(await hall.act("therapist", "requestContactCode", CHALLENGES, kind="EMAIL")) == [
        ("NOT_FOUND", ["kind"])
    ]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+7 (912) 345-67-89", "+79123456789"), ("89123456789", "+79123456789"), ("79123456789", "+79123456789"),
        ("+375 29 123 45 67", "+375291234567"), ("9123456789", None), ("+7912345678", None), ("+0123456789", None),
        ("+79123456789;1", None), ("", None), ("+1234567890123456", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: str | None) -> None:
    assert phone(text) == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("A.B+c@Mail.Example", "A.B+c@mail.example"), ("a@почта.рф", "a@xn--80a1acny.xn--p1ai"), ("a@b", None),
        ("@b.example", None), ("a@b..example", None), ("a@-b.example", None), ("a b@c.example", None),
        (".a@b.example", None), ("a@127.0.0.1", None), ("a@b.example>", None), (f"{'a' * 65}@b.example", None),
        (f"a@{'b' * 64}.example", None),
    ],
)  # fmt: skip
def test_addresses_as_people_write_them(text: str, address: str | None) -> None:
    assert email(text) == address


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_contact_or_none(text: str) -> None:
    number, address = phone(text), email(text)
    assert number is None or re.fullmatch(r"\+[1-9]\d{7,14}", number, re.ASCII)
    assert address is None or (address.isascii() and address.isprintable() and " " not in address)
    assert number is None or phone(number) == number
    assert address is None or email(address) == address
