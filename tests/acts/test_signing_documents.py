"""Documents are signed: by their owner, by officials and by organisations, as each kind has it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from resolvers.document.judging import judge_again
from tests.acts.office import Office
from tests.acts.reception import codes
from tests.acts.signatory import CONTENT, Signatory, sha256
from tests.authority import Authority, person

pytestmark = pytest.mark.gost

JUDGED = "query($id: ID!) { document(by: {id: $id}) { status signatures { verdict faults { code } } } }"
ROW = "SELECT * FROM signature WHERE document_id >= 10000000 ORDER BY id DESC LIMIT 1"
MINE = """
query($id: ID!) {
    document(by: {id: $id}) { status version signatures { verdict current holder { name snilsMasked } } }
}
"""


@pytest.fixture(scope="session")
def authority(folder: Path) -> Authority:
    return Authority(folder / "office-authority", "office")


@pytest.fixture
async def signatory(office: Office, authority: Authority, folder: Path) -> AsyncIterator[Signatory]:
    office.tokens.clear()
    before = office.application.operating.signing
    made = Signatory(office, authority, folder / "office-signing")
    made.believe(authority.listed())
    yield made
    office.application.operating.signing = before


async def test_a_diploma_is_signed_by_its_owner_and_stays_as_it_was_signed(signatory: Signatory) -> None:
    office = signatory.office
    document = await signatory.document(6)
    mine = await signatory.signer(6)
    before = datetime.now(UTC)

    payload = await signatory.sign("applicant", document, mine, idempotencyKey="sign-6")

    assert payload["problems"] == []
    assert payload["document"] == {"id": document["id"], "status": "SIGNED", "version": document["version"] + 1}
    found = payload["signature"]
    assert (found["verdict"], found["role"], found["format"], found["current"]) == ("VALID", "OWNER", "CADES_BES", True)
    assert (found["signer"], found["organization"], found["faults"]) == ({"id": "prac_6"}, None, [])
    assert (found["algorithm"], found["contentSha256"]) == ("GOST_2012_256", sha256())
    assert {one["outcome"] for one in found["checks"]} == {"PASSED"}
    assert found["certificate"]["issuer"] == "Удостоверяющий центр office"
    assert found["revocation"]["source"] == "office.crl"
    assert datetime.fromisoformat(found["judgedAt"]) >= before
    again = await signatory.sign("applicant", document, mine, idempotencyKey="sign-6")
    assert codes(again) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]  # a signature is never the same twice

    (row,) = await office.rows(ROW, store="documents")
    (who,) = await office.rows("SELECT snils, family_name FROM practitioner WHERE id = 6", store="registry")
    kept = repr(dict(row)).encode() + b"".join(value for value in dict(row).values() if isinstance(value, bytes))
    for value in (
        who["snils"].encode(),
        who["family_name"].encode(),
        signatory.authority.certificate.read_bytes()[60:90],
    ):
        assert value not in kept
    with pytest.raises(asyncpg.CheckViolationError):
        await office.rows(
            "UPDATE document SET sha256 = repeat('1', 64) WHERE id = $1", row["document_id"], store="documents"
        )
    later = {**document, "version": document["version"] + 1}
    assert codes(await signatory.sign("applicant", later, mine)) == [("ILLEGAL_TRANSITION", ["id"])]
    shown = await office.ask("applicant", MINE, {"id": document["id"]})
    (signature,) = shown.data["document"]["signatures"]
    assert who["family_name"] in signature["holder"]["name"]
    assert signature["holder"]["snilsMasked"] == f"***-***-*** {who['snils'][-2:]}"
    assert (await office.ask("stranger", MINE, {"id": document["id"]})).data["document"] is None
    entries = await office.rows(
        "SELECT grounds::text FROM audit_entry WHERE act = 'signDocument' AND object = $1",
        document["id"],
        store="documents",
    )
    assert len(entries) == 1
    assert who["snils"] not in str(entries)


async def test_a_stale_version_a_strangers_key_and_a_signature_that_is_not_due_are_refused(
    signatory: Signatory,
) -> None:
    document = await signatory.document(1, "DIPLOMA", shared=(1,))
    hospital = await signatory.organization(1)
    # Somebody else's key, an organisation that has nothing to do with it, nobody's number at all.
    nobody = signatory.authority.signer("nobody", {"CN": "Никто"})
    for who in (await signatory.signer(9), await signatory.organization(2), nobody):
        payload = await signatory.sign("therapist", document, who)
        assert codes(payload) == [("SIGNATURE_WRONG_SIGNER", ["detachedCms"])]
    stale = {**document, "version": document["version"] - 1}
    assert codes(await signatory.sign("registrar", stale, hospital)) == [("CONFLICT", ["expectedVersion"])]
    refused = await signatory.sign("registrar", document, hospital)
    assert codes(refused) == [("SIGNATURE_NOT_DUE", ["detachedCms"])]
    assert "владелец" in refused["problems"][0]["message"]


async def test_what_is_wrong_with_a_signature_is_said_and_nothing_is_kept(signatory: Signatory) -> None:
    authority, document = signatory.authority, await signatory.document(6)
    mine = await signatory.signer(6)
    foreign = Authority(signatory.folder / "foreign", "foreign")
    strange = foreign.signed(CONTENT, foreign.signer("doctor", person("Иванов Иван", "11223344595")))
    wrong: dict[str, bytes] = {
        "SIGNATURE_MALFORMED": b"no signature",
        "SIGNATURE_ATTACHED": authority.signed(CONTENT, mine, "-cades", "-nodetach"),
        "SIGNATURE_CONTENT_DIFFERS": authority.signed(b"something else", mine),
        "SIGNATURE_UNTRUSTED": strange,
    }
    for code, cms in wrong.items():
        assert codes(await signatory.put("applicant", document, cms)) == [(code, ["detachedCms"])]
    stranger = await signatory.office.try_to(
        "stranger",
        "signDocument",
        "document { id }",
        id=document["id"],
        expectedVersion=document["version"],
        detachedCms="AAAA",
    )
    assert [one["code"] for one in stranger.data["signDocument"]["problems"]] == ["NOT_FOUND"]
    empty = await signatory.office.act(
        "applicant",
        "signDocument",
        "document { id }",
        id=document["id"],
        expectedVersion=document["version"],
        detachedCms="%%%",
    )
    assert codes(empty) == [("SIGNATURE_MALFORMED", ["detachedCms"])]
    elsewhere = {"id": "doc_41", "version": 1}  # the world's documents have no content here
    assert codes(await signatory.sign("applicant", elsewhere, mine)) in (
        [("CONTENT_MISSING", ["id"])],
        [("ILLEGAL_TRANSITION", ["id"])],
    )
    found = await signatory.office.rows(
        "SELECT 1 FROM signature WHERE document_id = $1", int(document["id"][4:]), store="documents"
    )
    assert found == []


async def test_two_at_once_leave_one_signature(signatory: Signatory) -> None:
    document = await signatory.document(6)
    mine = await signatory.signer(6)
    found: list[dict[str, Any]] = await asyncio.gather(*(signatory.sign("applicant", document, mine) for _ in range(3)))
    assert sorted(str(codes(one)) for one in found) == sorted(["[]", *[str([("CONFLICT", ["expectedVersion"])])] * 2])


async def test_what_nobody_could_judge_is_kept_and_judged_when_the_list_is_there(signatory: Signatory) -> None:
    office, authority = signatory.office, signatory.authority
    stores = office.application.stores
    good, revoked = await signatory.signer(6), authority.signer("revoked", (await signatory.subject(6)))
    documents = [await signatory.document(6), await signatory.document(6)]
    authority.revoke(revoked)
    signatory.believe(None)
    for document, who in zip(documents, (good, revoked), strict=True):
        payload = await signatory.sign("applicant", document, who)
        assert payload["problems"] == []
        assert (payload["signature"]["verdict"], payload["document"]["status"]) == ("UNKNOWN", "CHECKED")
        (fault,) = payload["signature"]["faults"]
        assert fault["code"] == "SIGNATURE_REVOCATION_UNKNOWN"
        assert "позже" in fault["message"]
    later = datetime.now(UTC) + timedelta(minutes=6)
    # Nothing has come back yet; then the list is there.
    assert await judge_again(stores, office.application.operating.signing.trust, later) == 0
    signatory.believe(authority.listed())
    signing = office.application.operating.signing
    assert await judge_again(stores, signing.trust, later) == 0  # looked at a moment ago
    assert await judge_again(stores, signing.trust, later + timedelta(minutes=6)) == 2

    for document, expected in zip(
        documents, (("SIGNED", "VALID", []), ("CHECKED", "INVALID", ["REVOKED"])), strict=True
    ):
        shown = (await office.ask("applicant", JUDGED, {"id": document["id"]})).data["document"]
        (found,) = shown["signatures"]
        faults = [one["code"].removeprefix("SIGNATURE_") for one in found["faults"]]
        assert (shown["status"], found["verdict"], faults) == expected
    entries = await office.rows("SELECT subject FROM audit_entry WHERE act = 'judgeSignature'", store="documents")
    assert len(entries) == 2
