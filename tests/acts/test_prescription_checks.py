"""A checker of interactions is asked with codes alone; whatever it does, a prescription is signed in time."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.checker import Checker
from gateway.settings import Settings, SettingsInvalid
from tests.acts.clinic import Clinic
from tests.acts.prescribed import PRESCRIPTION, done, drafted, item, registered
from tests.acts.reception import codes
from tests.acts.signatory import Signatory
from tests.authority import Authority
from tests.keys import KEYS, VARIABLE
from tests.passing import passing

WARNING = {"code": "BLEEDING", "severity": "HIGH", "medicines": ["B01AC06", "B01AA03"], "text": "Риск кровотечения."}
BODIES = {
    "answers": json.dumps({"warnings": [WARNING]}).encode(),
    "says nothing fit": b'{"warnings": [{"code": "x"}]}',
    "names what was not asked": json.dumps({"warnings": [{**WARNING, "medicines": ["Z99"]}]}).encode(),
    "talks too much": b"[" + b" " * 100_000 + b"]",
}


class Said:
    """A server of HTTP that answers, drips or dies, and keeps what it was asked."""

    def __init__(self) -> None:
        self.how = "answers"
        self.url = ""
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
            )
            self.asked.append(head + await reader.readexactly(length))
            body = BODIES.get(self.how, b"{}")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body))
            for piece in body.split(b"never") if self.how in BODIES else ():
                writer.write(piece)
            while self.how == "drips":
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
            await writer.drain()
        writer.close()


@pytest.fixture
async def said(clinic: Clinic) -> AsyncIterator[Said]:
    made = Said()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    operating = clinic.office.application.operating
    made.url = f"http://127.0.0.1:{port}/check"
    operating.checker = Checker(made.url, seconds=60)
    yield made
    operating.checker = None
    made.how = "dies"
    server.close()
    await server.wait_closed()


async def test_what_a_checker_says_is_shown_and_its_silence_hinders_nothing(clinic: Clinic, said: Said) -> None:
    taken = await registered(clinic, items=[item("B01AA03.1", 30)])
    assert taken["checkState"] == "CHECKED" or taken["checkState"] == "CHECK_UNAVAILABLE"
    said.asked.clear()
    signed = await registered(clinic, items=[item("B01AC06.1", 30)])
    assert (signed["checkState"], signed["checks"]) == ("CHECKED", [{"code": "BLEEDING", "severity": "HIGH"}])
    (question,) = said.asked
    head, _, body = question.partition(b"\r\n\r\n")
    asked = json.loads(body)
    assert asked["prescribed"] == ["B01AC06"]
    assert "B01AA03" in asked["taken"]
    assert set(asked) == {"prescribed", "taken"}
    assert b"pat_" not in question
    assert b"authorization" not in head.lower()
    (row,) = await clinic.rows("SELECT warnings FROM prescription WHERE id = $1", int(signed["id"][3:]))
    assert b"BLEEDING" not in row["warnings"]
    for how in ("says nothing fit", "names what was not asked", "talks too much", "drips", "dies"):
        said.how = how
        if how == "drips":
            clinic.office.application.operating.checker = Checker(said.url, seconds=0.4)
        async with passing() as passed:
            signed = await registered(clinic, items=[item("B01AC06.1", 30)])
        assert (signed["status"], signed["checkState"], signed["checks"]) == (
            "REGISTERED",
            "CHECK_UNAVAILABLE",
            None,
        ), how
        assert passed.seconds < 5


async def test_a_prescription_that_is_repeated_is_not_checked_again(clinic: Clinic, said: Said) -> None:
    made = await drafted(clinic)
    given = {"id": made["id"], "expectedVersion": made["version"]}
    for _ in range(2):
        answer = await clinic.try_to("therapist", "signPrescription", PRESCRIPTION, key="once", **given)
        assert answer.data["signPrescription"]["problems"] == []
    assert len(said.asked) == 1


def test_where_a_checker_is_asked(tmp_path: Path) -> None:
    variables = {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path), VARIABLE: KEYS}
    for url, taken in (
        ("https://checker.example.org/check", True), ("http://127.0.0.1:9/", True),
        ("http://checker.example.org/", False), ("checker", False),
    ):  # fmt: skip
        if taken:
            made = Settings.from_environment({**variables, "KABINET_PRESCRIPTION_CHECKER": url})
            assert made.prescription_checker == url
        else:
            with pytest.raises(SettingsInvalid, match="KABINET_PRESCRIPTION_CHECKER"):
                Settings.from_environment({**variables, "KABINET_PRESCRIPTION_CHECKER": url})


@pytest.mark.gost
async def test_a_prescription_is_signed_with_a_certificate(clinic: Clinic, folder: Path) -> None:
    office = clinic.office
    office.tokens.clear()
    before = office.application.operating.signing
    signatory = Signatory(
        office, Authority(folder / "prescriptions-authority", "notes"), folder / "prescriptions-signing"
    )
    signatory.believe(signatory.authority.listed())
    try:
        one = await drafted(clinic)
        read = "query($id: ID!) { node(id: $id) { ... on Prescription { signable signatures { role cms holder } } } }"
        text = (await office.ask("therapist", read, {"id": one["id"]})).data["node"]["signable"]
        assert text.startswith("1\n1\nF107_1\n60\n")
        mine, other = await signatory.signer(1), await signatory.signer(2)

        async def put(cms: bytes) -> dict[str, Any]:
            given = {"id": one["id"], "expectedVersion": one["version"], "detachedCms": base64.b64encode(cms).decode()}
            return await clinic.act("therapist", "signPrescription", PRESCRIPTION, **given)

        for code, cms in (
            ("SIGNATURE_CONTENT_DIFFERS", signatory.authority.signed(b"another text", mine)),
            ("SIGNATURE_WRONG_SIGNER", signatory.authority.signed(text.encode(), other)),
            ("SIGNATURE_MALFORMED", b"nothing"),
        ):
            assert codes(await put(cms)) == [(code, ["detachedCms"])]
        cms = signatory.authority.signed(text.encode(), mine)
        payload = await put(cms)
        assert payload["problems"] == []
        assert payload["prescription"]["status"] == "REGISTERED"
        answer = await office.ask("therapist", read, {"id": one["id"]})
        (signature,) = answer.data["node"]["signatures"]
        assert signature["role"] == "SIGNER"
        assert base64.b64decode(signature["cms"]) == cms
        # What nobody can judge does not leave.
        office.application.operating.signing = before
        unjudged = await drafted(clinic)
        given = {"id": unjudged["id"], "expectedVersion": unjudged["version"]}
        sent = await clinic.act(
            "therapist", "signPrescription", PRESCRIPTION, **given, detachedCms=base64.b64encode(cms).decode()
        )
        assert sent["problems"] != []
        assert sent["prescription"]["status"] == "DRAFT"
    finally:
        office.application.operating.signing = before
    plain = await done(clinic, "therapist", "signPrescription", await drafted(clinic))
    assert plain["status"] == "REGISTERED"
