"""Documents go to others: packed, signed, and sent until an answer comes."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from typing import Any, Final

import pytest

from gateway.jobs.exchanged import Exchanged
from sources.stores import NAMES
from tests.acts.exchanging import BASIS, CANARY, PACKAGE, REGISTERING, Exchange
from tests.logged import written
from tests.passing import passing

# The canary in Latin and Russian letters, as text, as bytes that are shown, and escaped.
MARKS: Final = r"anareik|анарейк|616e617265696b|d0b0d0bdd0b0d180d0b5d0b9d0ba|\\u0430\\u043d\\u0430\\u0440"
TABLES: Final = (
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)


async def test_the_head_sends_to_an_insurer_who_verifies_with_openssl_and_accepts(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], key="once")
    again = await exchange.sent(ids=[document], key="once")
    assert (made["id"], made["status"], made["recipient"]["title"]) == (again["id"], "QUEUED", "ТФОМС")
    await exchange.tried()
    found = await exchange.now(made)
    assert exchange.receiver.faults == []
    assert (found["status"], found["reason"], found["nextAt"]) == ("ACCEPTED", None, None)
    assert found["receipts"] == [{"verdict": "ACCEPTED", "code": None, "number": "РЭМД-77", "signed": True}]
    assert found["attempts"] == [{"number": 1, "outcome": "ACCEPTED", "status": 200}]
    assert [one["status"] for one in found["history"]] == ["QUEUED", "ACCEPTED"]
    # An insurer is no register: the document is as it was.
    assert found["documents"][0]["document"] == {"id": document, "status": "SIGNED"}
    ((body, count),) = exchange.receiver.came.values()
    manifest = json.loads(exchange.receiver.opened(body))
    assert (count, manifest["package"]["id"], manifest["sender"]) == (1, made["name"], manifest["sender"])
    # No more than an insurer may know: neither title nor whose it is.
    assert sorted(manifest["documents"][0]) == [
        "content", "id", "issuedOn", "kind", "mediaType", "number", "sharedWith", "signatures", "version",
    ]  # fmt: skip
    assert len(manifest["documents"][0]["signatures"]) == 1


async def test_whoever_is_not_answered_tries_again_and_gives_up_in_the_end(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document])
    exchange.receiver.moods.extend(["500", "302", "429", "endless", "unsigned", "forged", "slow"])
    async with passing() as passed:
        await exchange.tried(6)
        with monkeypatch.context() as impatient:
            # He does not answer.
            impatient.setattr(exchange.sender, "_seconds", 1.5)
            await exchange.tried()
    assert passed.seconds < 6
    found = await exchange.now(made)
    assert [(one["outcome"], one["status"]) for one in found["attempts"]] == [
        ("INTERNAL_ERROR", 500), ("ANSWER_UNREADABLE", 302), ("RATE_LIMIT", 429), ("ANSWER_UNREADABLE", None),
        ("RECEIPT_UNSIGNED", 200), ("RECEIPT_UNSIGNED", 200), ("TIMED_OUT", None),
    ]  # fmt: skip
    assert (found["status"], found["reason"]["code"], found["reason"]["retryable"]) == ("QUEUED", "TIMED_OUT", True)
    # It is known by its name, however often it comes.
    await exchange.tried()
    found = await exchange.now(made)
    assert (found["status"], len(exchange.receiver.came)) == ("ACCEPTED", 1)


async def test_what_cannot_be_delivered_is_given_up_and_tried_anew_when_its_sender_says_so(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], recipient="inside")
    await exchange.rows("UPDATE exchange_package SET attempts = 11", store="documents")
    await exchange.tried()
    found = await exchange.now(made)
    # The address is one of this machine, which the settings do not allow for this recipient.
    assert (found["status"], found["reason"]["code"], found["nextAt"]) == ("DEAD", "ADDRESS_REFUSED", None)
    assert found["reason"]["mender"] == "OPERATOR"
    assert [*exchange.receiver.came] == []
    # An operator queues it, and is named for it.
    key = found["id"].removeprefix("pkg_")
    assert [line.split()[:3] for line in (await exchange.command("exchange", "dead")).splitlines()] == [
        [key, "inside", "12"]
    ]
    assert await exchange.command("exchange", "requeue", key) == "1 queued.\n"
    assert await exchange.command("exchange", "requeue", "--all") == "0 queued.\n"
    (entry,) = await exchange.rows("SELECT * FROM audit_entry WHERE act = 'requeuePackage'", store="documents")
    assert (entry["object"], entry["subject"].partition(":")[0]) == (found["id"], "operator")
    assert json.loads(entry["grounds"]) == {"statusBefore": "DEAD", "statusAfter": "QUEUED"}
    assert (await exchange.now(made))["status"] == "QUEUED"
    await exchange.rows("UPDATE exchange_package SET attempts = 11", store="documents")
    await exchange.tried()
    found = await exchange.now(made)
    named = {"id": found["id"], "expectedVersion": found["version"]}
    assert (await exchange.try_to("therapist", "resendPackage", PACKAGE, **named)).data["resendPackage"]["problems"][0][
        "code"
    ] == "NOT_FOUND"
    done = (await exchange.act("head", "resendPackage", PACKAGE, **named))["package"]
    assert (done["status"], done["reason"]) == ("QUEUED", None)
    assert [one["status"] for one in done["history"]] == ["QUEUED", "DEAD"] * 2 + ["QUEUED"]
    assert await exchange.refused("head", "resendPackage", **named) == [("CONFLICT", ["expectedVersion"])]


async def test_a_register_refuses_in_words_that_name_nobody_and_the_document_goes_along(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document], **REGISTERING)
    assert made["documents"][0]["document"]["status"] == "QUEUED"
    exchange.receiver.moods.append("nack:PERSON_NOT_FOUND")
    await exchange.tried()
    found = await exchange.now(made)
    assert (found["status"], found["reason"]["mender"]) == ("REJECTED", "CLINIC")
    assert found["said"] == "••• ••• •••, СНИЛС •••, не найден"
    assert found["documents"][0]["document"]["status"] == "REJECTED"
    assert await exchange.refused("head", "sendDocument", ids=[document], **REGISTERING) == [
        ("DOCUMENT_NOT_IN_ORDER", ["ids", "0"])
    ]
    other = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    second = await exchange.sent(ids=[other], **REGISTERING)
    exchange.receiver.moods.extend(["taken"])
    await exchange.tried()
    waiting = await exchange.now(second)
    assert (waiting["status"], waiting["documents"][0]["document"]["status"]) == ("SENT", "SENT")
    confirmed = "{ document(id: WHICH) { officialConfirmations { number signed content signature } } }"
    assert (await exchange.ask("head", confirmed.replace("WHICH", json.dumps(other)))).data["document"][
        "officialConfirmations"
    ] == []


async def test_who_may_send_what_to_whom_on_which_basis(exchange: Exchange) -> None:
    summary = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    bare = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY", sign=False)
    own = await exchange.document(owner=1, kind="DIPLOMA", sign=False)
    certificate = await exchange.document(owner=1, kind="QUALIFICATION_CERTIFICATE", sign=False)
    foreign = await exchange.document(holder=2, kind="DISCHARGE_SUMMARY")
    given = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS}

    async def codes(persona: str = "head", **more: Any) -> list[tuple[str, list[str]]]:
        return await exchange.refused(persona, "sendDocument", **{**given, **more})

    assert await codes(ids=[]) == [("FIELD_REQUIRED", ["ids"])]
    assert await codes(ids=[summary, summary]) == [("FIELD_FORMAT", ["ids", "1"])]
    assert await codes(ids=[summary, foreign, own, "doc_9999999"]) == [
        ("NOT_FOUND", ["ids", str(n)]) for n in (1, 2, 3)
    ]
    assert await codes(ids=[bare]) == [("SIGNATURE_MISSING", ["ids", "0"])]
    assert await codes(ids=[summary], recipient="nobody") == [("RECIPIENT_UNKNOWN", ["recipient"])]
    assert await codes(ids=[summary], purpose="REGISTRATION") == [("SENDING_BASIS", ["purpose"])]
    assert await codes(ids=[summary], legalBasis={**BASIS, "kind": "STATE_CONTROL"}) == [
        ("SENDING_BASIS", ["legalBasis", "kind"])
    ]
    assert await codes(ids=[summary], legalBasis={"kind": "INSURANCE_CONTROL", "issuedOn": "2099-01-01"}) == [
        ("FIELD_REQUIRED", ["legalBasis", "number"]), ("DATE_OUT_OF_RANGE", ["legalBasis", "issuedOn"]),
    ]  # fmt: skip
    # What somebody is qualified for is none of an insurer's business, and its owner consents to what he sends.
    refused = await codes("therapist", ids=[own, certificate])
    assert [one for one in refused if one[0] == "DOCUMENT_NOT_FOR_RECIPIENT"] == [
        ("DOCUMENT_NOT_FOR_RECIPIENT", ["ids", "0"]), ("DOCUMENT_NOT_FOR_RECIPIENT", ["ids", "1"]),
    ]  # fmt: skip
    to_employer: dict[str, Any] = {"recipient": "folder", "purpose": "EMPLOYMENT", "ids": [own, certificate]}
    assert await codes("therapist", **to_employer, legalBasis={"kind": "CONSENT"}) == [
        ("SENDING_CONSENT", ["legalBasis", "consentVersion"])
    ]
    consent = {"kind": "CONSENT", "consentVersion": "2026.1"}
    made = await exchange.sent("therapist", **to_employer, legalBasis=consent)
    assert (made["organization"], made["legalBasis"]["consentVersion"]) == (None, "2026.1")
    assert (await exchange.ask("head", f'{{ node(id: "{made["id"]}") {{ id }} }}')).data["node"] is None
    await exchange.tried()
    found = await exchange.now(made, "therapist")
    assert (found["status"], found["attempts"]) == ("SENT", [{"number": 1, "outcome": "DROPPED", "status": None}])
    (dropped,) = (exchange.receiver.folder / "drop").iterdir()
    assert dropped.name == f"kabinet-test-{made['name']}-1.zip"
    manifest = json.loads(exchange.receiver.opened(dropped.read_bytes()))
    assert manifest["documents"][0]["title"] == "Заголовок Канарейкин"
    dropped.unlink()
    # Without a fresh second factor nothing leaves.
    exchange.tokens["therapist"] = exchange.token_without_factor("therapist")
    unproved = await exchange.try_to("therapist", "sendDocument", PACKAGE, **to_employer, legalBasis=consent)
    del exchange.tokens["therapist"]
    assert [one["extensions"]["reason"] for one in unproved.errors] == ["SECOND_FACTOR"]


async def test_nothing_of_a_document_lies_open_where_packages_are_kept(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    await exchange.sent(ids=[document])
    await exchange.tried()
    stores = exchange.application.stores
    # A receipt that names somebody.
    await exchange.sent(ids=[document])
    exchange.receiver.moods.append("nack:PERSON_NOT_FOUND")
    await exchange.tried()
    delivery = Exchanged(stores, exchange.application.log)
    assert (await delivery.events(), await delivery.entries()) >= (4, 2)
    kept = ("exchange_package", "exchange_receipt", "exchange_attempt", "exchange_step", "event", "audit_entry")
    assert len(await exchange.rows("SELECT FROM exchange_receipt", store="documents")) == 2
    for store in NAMES:
        for row in await exchange.rows(TABLES, store=store):
            table = row["table_name"]
            # Titles of documents lie open beside their sealed content.
            if store == "documents" and table not in kept:
                continue
            text = f"SELECT t::text AS said FROM {table} t WHERE t::text ~* $1"  # noqa: S608 - a table of ours
            assert await exchange.rows(text, MARKS, store=store) == [], (store, table)
    await written(exchange.application.log)
    logged = exchange.logged.getvalue()
    assert '"event":"request"' in logged
    assert re.search(MARKS, logged, re.IGNORECASE) is None
    search = ("grep", "-rl", CANARY[9:28].decode(), exchange.application.settings.files)
    found = await asyncio.to_thread(subprocess.run, search, capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (1, b"")


async def test_a_process_that_dies_after_it_sent_sends_again_under_the_same_name(exchange: Exchange) -> None:
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    made = await exchange.sent(ids=[document])
    argv = (sys.executable, "-m", "tests.acts.dying_sender", "exchange_sent")
    environment = {**os.environ, **exchange.environment}
    died = await asyncio.to_thread(subprocess.run, argv, env=environment, capture_output=True, check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = await exchange.now(made)
    assert (found["status"], found["receipts"], found["attempts"]) == ("QUEUED", [], [])
    await exchange.tried()
    found = await exchange.now(made)
    # It came twice, is known by its name, and its first receipt counts.
    assert [count for _, count in exchange.receiver.came.values()] == [2]
    assert (found["status"], len(found["receipts"]), found["attempts"][0]["number"]) == ("ACCEPTED", 1, 2)


async def test_what_is_about_a_patient_is_sent_by_who_may_sign_it(exchange: Exchange) -> None:
    (met,) = await exchange.rows(
        "SELECT id FROM encounter WHERE patient_id = 1 ORDER BY at DESC, id DESC LIMIT 1", store="clinical"
    )
    document = await exchange.document(kind="DISCHARGE_SUMMARY", of=(1, met["id"], 1, 1))
    given: dict[str, Any] = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS}
    # Of a doctor who does not see the record it is not there, like one that is not.
    for id in (document, "cdoc_99999999"):
        assert await exchange.refused("stranger", "sendDocument", ids=[id], **given) == [("NOT_FOUND", ["ids", "0"])]
    # He heads the hospital and is a doctor there, who does not treat her.
    assert await exchange.refused("head", "sendDocument", ids=[document], **given) == [("NOT_FOUND", ["ids", "0"])]
    for persona in ("registrar", "mis"):
        answer = await exchange.try_to(persona, "sendDocument", PACKAGE, ids=[document], **given)
        assert answer.data["sendDocument"] is None, persona

    made = await exchange.sent("therapist", ids=[document])
    await exchange.tried()

    found = await exchange.now(made, "therapist")
    assert found["status"] == "ACCEPTED"
    assert found["documents"][0]["document"] is None
    ((body, _),) = exchange.receiver.came.values()
    manifest = json.loads(exchange.receiver.opened(body))
    assert [one["kind"] for one in manifest["documents"]] == ["DISCHARGE_SUMMARY"]
    # Whoever sees the package for the hospital does not see by it what is in it.
    shown = "{ node(id: $id) { ... on ExchangePackage { documents { document { id } clinicalDocument { id } } } } }"
    asked = await asyncio.gather(
        *(exchange.ask(one, f"query($id: ID!) {shown}", {"id": made["id"]}) for one in ("therapist", "registrar"))
    )
    seen = [one.data["node"]["documents"] for one in asked]
    assert seen == [
        [{"document": None, "clinicalDocument": {"id": document}}],
        [{"document": None, "clinicalDocument": None}],
    ]
