"""Notes are signed electronically by the same seam as documents, over the text that the note gives to be signed."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from resolvers.clinical.note_judging import judge_notes_again
from tests.acts.clinic import Clinic
from tests.acts.notes import MINE, TEXT, added
from tests.acts.reception import codes
from tests.acts.signatory import Signatory
from tests.authority import Authority

pytestmark = pytest.mark.gost

SIGNED = """
note {
    id version state signable
    signature { verdict format holder algorithm cms faults { code } revocation { source } certificate { issuer } }
}
"""
SIGNABLE = "query($id: ID!) { node(id: $id) { ... on ClinicalNote { signable } } }"


@pytest.fixture
async def signatory(clinic: Clinic, folder: Path) -> AsyncIterator[Signatory]:
    office = clinic.office
    office.tokens.clear()
    before = office.application.operating.signing
    made = Signatory(office, Authority(folder / "notes-authority", "notes"), folder / "notes-signing")
    made.believe(made.authority.listed())
    yield made
    office.application.operating.signing = before


async def put(clinic: Clinic, note: dict[str, Any], cms: bytes) -> dict[str, Any]:
    given = {"id": note["id"], "expectedVersion": note["version"], "detachedCms": base64.b64encode(cms).decode()}
    return await clinic.act("therapist", "signNote", SIGNED, **given)


async def test_a_note_is_signed_with_a_certificate(clinic: Clinic, signatory: Signatory) -> None:
    note = await added(clinic)
    asked = await clinic.office.ask("therapist", SIGNABLE, {"id": note["id"]})
    text = asked.data["node"]["signable"]
    assert text == f"{MINE}\n1\nEXAMINATION\n{TEXT}"
    mine, other = await signatory.signer(1), await signatory.signer(2)

    for code, cms in (
        ("SIGNATURE_CONTENT_DIFFERS", signatory.authority.signed(TEXT.encode(), mine)),
        ("SIGNATURE_WRONG_SIGNER", signatory.authority.signed(text.encode(), other)),
        ("SIGNATURE_MALFORMED", b"nothing"),
    ):
        assert codes(await put(clinic, note, cms)) == [(code, ["detachedCms"])]
    cms = signatory.authority.signed(text.encode(), mine)
    payload = await put(clinic, note, cms)

    assert payload["problems"] == []
    found = payload["note"]
    assert found["state"] == "SIGNED"
    signature = found["signature"]
    assert (signature["verdict"], signature["format"], signature["algorithm"]) == (
        "VALID",
        "CADES_BES",
        "GOST_2012_256",
    )
    assert signature["faults"] == []
    assert signature["revocation"] == {"source": "notes.crl"}
    assert base64.b64decode(signature["cms"]) == cms
    (row,) = await clinic.rows("SELECT * FROM note_signature")
    (who,) = await clinic.office.rows("SELECT snils, family_name FROM practitioner WHERE id = 1", store="registry")
    assert who["family_name"] in signature["holder"]
    kept = b"".join(value for value in dict(row).values() if isinstance(value, bytes))
    assert who["snils"].encode() not in kept
    assert who["family_name"].encode() not in kept
    plain = await added(clinic)
    without = await clinic.act("therapist", "signNote", SIGNED, id=plain["id"], expectedVersion=plain["version"])
    assert (without["note"]["state"], without["note"]["signature"]) == ("SIGNED", None)


async def test_what_nobody_could_judge_of_a_note_is_judged_later(clinic: Clinic, signatory: Signatory) -> None:
    note = await added(clinic)
    text = (await clinic.office.ask("therapist", SIGNABLE, {"id": note["id"]})).data["node"]["signable"]
    signatory.believe(None)
    payload = await put(clinic, note, signatory.authority.signed(text.encode(), await signatory.signer(1)))
    (fault,) = payload["note"]["signature"]["faults"]
    assert (payload["note"]["signature"]["verdict"], fault["code"]) == ("UNKNOWN", "SIGNATURE_REVOCATION_UNKNOWN")
    signatory.believe(signatory.authority.listed())
    operating, later = clinic.office.application.operating, datetime.now(UTC) + timedelta(minutes=6)

    assert await judge_notes_again(operating.stores, operating.signing.trust, later) == 1
    assert await judge_notes_again(operating.stores, operating.signing.trust, later + timedelta(hours=1)) == 0
    (row,) = await clinic.rows("SELECT verdict, faults FROM note_signature")
    assert (row["verdict"], row["faults"]) == ("VALID", [])
