"""A referral is signed with a certificate over what it gives to be signed; what is not found good does not leave."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.acts.clinic import Clinic
from tests.acts.reception import codes
from tests.acts.referring import REASON, REFERRAL, done, drafted
from tests.acts.signatory import Signatory
from tests.authority import Authority

pytestmark = pytest.mark.gost

READ = """query($id: ID!) { node(id: $id) { ... on Referral {
  signable signature { cms holder profile serial issuer validTo } } } }"""


async def test_a_referral_is_signed_with_a_certificate(clinic: Clinic, folder: Path) -> None:
    office = clinic.office
    office.tokens.clear()
    before = office.application.operating.signing
    signatory = Signatory(office, Authority(folder / "referrals-authority", "notes"), folder / "referrals-signing")
    signatory.believe(signatory.authority.listed())
    try:
        one = await drafted(clinic, practitionerId="prac_12")
        text = (await office.ask("therapist", READ, {"id": one["id"]})).data["node"]["signable"]
        assert text == f"1\n1\nCONSULTATION\nPLANNED\n2\n\n12\nI10\n{REASON}"
        mine, other = await signatory.signer(1), await signatory.signer(2)

        async def put(cms: bytes, persona: str = "therapist") -> dict[str, Any]:
            given = {"id": one["id"], "expectedVersion": one["version"], "detachedCms": base64.b64encode(cms).decode()}
            return await clinic.act(persona, "issueReferral", REFERRAL, **given)

        cms = signatory.authority.signed(text.encode(), mine)
        for code, wrong in (
            ("SIGNATURE_CONTENT_DIFFERS", signatory.authority.signed(REASON.encode(), mine)),
            ("SIGNATURE_WRONG_SIGNER", signatory.authority.signed(text.encode(), other)),
            ("SIGNATURE_MALFORMED", b"nothing"),
        ):
            payload = await put(wrong)
            assert codes(payload) == [(code, ["detachedCms"])]
            assert payload["referral"]["state"] == "DRAFT"
        # Whoever may not know of it is told that there is none, whatever he sends.
        hidden = await put(cms, "stranger")
        assert (codes(hidden), hidden["referral"]) == ([("NOT_FOUND", ["id"])], None)
        payload = await put(cms)
        assert (payload["problems"], payload["referral"]["state"]) == ([], "ISSUED")

        for persona in ("therapist", "stranger", "patient"):
            seen = (await office.ask(persona, READ, {"id": one["id"]})).data["node"]
            assert base64.b64decode(seen["signature"]["cms"]) == cms
            assert (seen["signable"], seen["signature"]["profile"]) == (text, "CADES_BES")
        # The certificate and what was signed with it are sealed; a signature is neither changed nor thrown away.
        (row,) = await clinic.rows("SELECT * FROM referral_signature WHERE referral_id = $1", int(one["id"][4:]))
        assert base64.b64encode(cms)[:40] not in row["cms"]
        assert row["patient_id"] == 1
        for change in ("UPDATE referral_signature SET profile = 'CADES_T'", "DELETE FROM referral_signature"):
            with pytest.raises(Exception, match="a history is not unmade"):
                await clinic.rows(change)
        # What nobody can judge does not leave.
        office.application.operating.signing = before
        one = await drafted(clinic)
        text = (await office.ask("therapist", READ, {"id": one["id"]})).data["node"]["signable"]
        unjudged = await put(signatory.authority.signed(text.encode(), mine))
        assert unjudged["problems"] != []
        assert unjudged["referral"]["state"] == "DRAFT"
    finally:
        office.application.operating.signing = before
    plain = await done(clinic, "therapist", "issueReferral", await drafted(clinic))
    assert (await office.ask("therapist", READ, {"id": plain["id"]})).data["node"]["signature"] is None
