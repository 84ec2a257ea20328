"""A locked account has no rights and reaches support; two operators lift a lock, or it ends by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.jobs.identity import IdentityRelay
from gateway.world.cast import CAST
from resolvers.limits import Tried, allowed, failed, failed_often
from resolvers.rules.limits import FailureKind
from tests.acts.office import LEFT, Office

THERAPIST = CAST["therapist"].subject
LOCK = "lock { id account reason inForce until liftedBy version proposal { by reason } }"
PROPOSAL = "query($id: ID!) { node(id: $id) { ... on LockedAccount { proposal { reason } } } }"
MINE = "{ viewer { roles { name } lock { reason until } messages(first: 1) { totalCount } } }"
LOCKED = "{ accountLocks(filter: {inForce: true}) { nodes { id account version reason inForce } totalCount } }"


@pytest.fixture(autouse=True)
async def as_it_was(office: Office) -> AsyncIterator[None]:
    operating = office.application.operating
    clock = operating.clock
    operating.reads.denied.taken()
    yield
    operating.clock = clock
    tables = ("failure_slice", "known_address", "account_lock", "support_ticket", *LEFT)
    await office.rows(f"TRUNCATE {', '.join(tables)}", store="identity")
    operating.facts.heard()


async def lock(office: Office, now: datetime, subject: str = THERAPIST) -> None:
    assert await failed_often(office.application.stores, FailureKind.CODE, {subject: 10}, now) == [subject]
    office.application.operating.facts.heard()


async def seen(office: Office) -> dict[str, Any]:
    (row,) = (await office.ask("support", LOCKED)).data["accountLocks"]["nodes"]
    found: dict[str, Any] = row
    return found


def named(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "expectedVersion": row["version"]}


async def codes(office: Office, persona: str, act: str, **given: Any) -> list[str]:
    return [one["code"] for one in (await office.act(persona, act, LOCK, **given))["problems"]]


async def test_a_locked_account_has_no_rights_until_the_lock_is_over(office: Office, now: datetime) -> None:
    before = (await office.ask("therapist", MINE)).data["viewer"]
    assert (before["lock"], before["messages"] is None) == (None, False)
    await lock(office, now)
    answer = await office.ask("therapist", MINE)
    viewer = answer.data["viewer"]
    assert (viewer["roles"], viewer["lock"]["reason"], viewer["messages"]) == ([], "WRONG_CODES", None)
    assert [one["extensions"]["reason"] for one in answer.errors] == ["ACCOUNT_BLOCKED"]
    acted = await office.try_to("therapist", "confirmAccessTerms", "viewer { id }", version="2023.1")
    assert [one["extensions"]["reason"] for one in acted.errors] == ["ACCOUNT_BLOCKED"]
    assert (await office.ask("nurse", MINE)).errors == []
    # It ends by itself.
    office.application.operating.clock = lambda: now + timedelta(minutes=15)
    after = await office.ask("therapist", MINE)
    assert (after.errors, after.data["viewer"]["lock"]) == ([], None)
    assert after.data["viewer"]["roles"] == before["roles"]


async def test_failed_sign_ins_bar_signing_in_and_not_who_is_in(office: Office, now: datetime) -> None:
    stores = office.application.stores
    assert await failed_often(stores, FailureKind.SIGN_IN, {THERAPIST: 20}, now) == [THERAPIST]
    found = await office.ask("therapist", MINE)
    assert (found.errors, found.data["viewer"]["lock"]["reason"]) == ([], "FAILED_SIGN_INS")
    assert not (await allowed(stores, FailureKind.SIGN_IN, Tried(account=THERAPIST), now)).ok


async def test_two_operators_of_support_lift_a_lock(office: Office, now: datetime) -> None:
    await lock(office, now)
    row = await seen(office)
    assert (row["account"], row["reason"]) == (THERAPIST, "WRONG_CODES")
    assert await codes(office, "cosupport", "confirmUnlock", **named(row)) == ["ILLEGAL_TRANSITION"]
    assert await codes(office, "support", "proposeUnlock", **named(row), reason=" ") == ["REASON_REQUIRED"]
    done = await office.act("support", "proposeUnlock", LOCK, **named(row), reason="Звонил с рабочего номера")
    held = done["lock"]
    assert (held["inForce"], held["proposal"]["by"]) == (True, CAST["support"].subject)
    assert await codes(office, "support", "confirmUnlock", **named(held)) == ["SECOND_PERSON_REQUIRED"]
    assert await codes(office, "cosupport", "confirmUnlock", **named(row)) == ["CONFLICT"]
    read = await office.ask("cosupport", PROPOSAL, {"id": row["id"]})
    assert read.data == {"node": {"proposal": {"reason": "Звонил с рабочего номера"}}}
    lifted = (await office.act("cosupport", "confirmUnlock", LOCK, **named(held)))["lock"]
    assert (lifted["inForce"], lifted["liftedBy"]) == (False, CAST["cosupport"].subject)
    assert (await office.ask("therapist", MINE)).errors == []
    assert await codes(office, "support", "proposeUnlock", **named(lifted), reason="Ещё раз") == ["ILLEGAL_TRANSITION"]
    # One more failure is one, and no reason to lock him again.
    stores = office.application.stores
    assert not await failed(stores, FailureKind.CODE, Tried(account=THERAPIST), now + timedelta(seconds=9))
    await IdentityRelay(stores).entries()
    listed = "query($id: ID!) { auditEvents(filter: {object: $id}) { nodes { action actor } } }"
    found = (await office.ask("auditor", listed, {"id": row["id"]})).data["auditEvents"]["nodes"]
    assert [(one["action"], one["actor"]) for one in found[::-1]] == [
        ("LOCK_ACCOUNT", "kabinet"),
        ("PROPOSE_UNLOCK", CAST["support"].subject),
        ("CONFIRM_UNLOCK", CAST["cosupport"].subject),
    ]
    assert await office.rows("SELECT FROM account_lock WHERE position('рабочего'::bytea IN proposal) > 0",
                             store="identity") == []  # fmt: skip


async def test_of_two_who_confirm_at_once_one_does(office: Office, now: datetime) -> None:
    await lock(office, now)
    held = (await office.act("support", "proposeUnlock", LOCK, **named(await seen(office)), reason="Звонил"))["lock"]
    answers = await asyncio.gather(
        *(office.try_to("cosupport", "confirmUnlock", LOCK, **named(held)) for _ in range(2))
    )
    found = sorted([one["code"] for one in answer.data["confirmUnlock"]["problems"]] for answer in answers)
    assert found == [[], ["CONFLICT"]]


@pytest.mark.parametrize(
    ("persona", "reason"), [("anonymous", "SIGN_IN"), ("therapist", "ACCOUNT_BLOCKED"), ("head", "ROLE"),
                            ("auditor", "ROLE"), ("appointer", "ROLE")]
)  # fmt: skip
async def test_nobody_else_lifts_a_lock(office: Office, now: datetime, persona: str, reason: str) -> None:
    await lock(office, now)
    row = await seen(office)
    answer = await office.try_to(persona, "proposeUnlock", LOCK, **named(row), reason="Пожалуйста")
    assert [one["extensions"]["reason"] for one in answer.errors] == [reason]
    listed = await office.ask(persona, LOCKED)
    assert (listed.data["accountLocks"] is None) is (persona != "auditor")


async def test_a_locked_operator_does_not_lift_his_own_lock(office: Office, now: datetime) -> None:
    await lock(office, now, CAST["support"].subject)
    (row,) = await office.rows("SELECT 'lock_' || id AS id, version FROM account_lock", store="identity")
    answer = await office.try_to("support", "proposeUnlock", LOCK, **named(row), reason="Я")
    assert [one["extensions"]["reason"] for one in answer.errors] == ["ACCOUNT_BLOCKED"]


async def test_bursts_of_refused_reads_lock_and_what_is_missing_for_a_moment_does_not(
    office: Office, now: datetime
) -> None:
    application = office.application
    (job,) = [one for one in application.background.jobs if one.name == "bursts of refused reads"]
    await failed_often(application.stores, FailureKind.DENIED_READ, {CAST["stranger"].subject: 998}, now)
    asked = '{ practitioner(by: {id: "prac_1"}) { snils inn birthOn } }'
    for _ in range(2):
        assert (await office.ask("stranger", asked)).errors
    for _ in range(3):  # programs, and people who read their own, are not counted
        await office.ask("mis", '{ practitioner(by: {id: "prac_12"}) { snils } }')
        await office.ask("therapist", asked)
        await office.ask("anonymous", asked)
    assert (await office.ask("stranger", MINE)).errors == []
    await job.run()
    found = await office.ask("stranger", MINE)
    assert found.data["viewer"]["lock"]["reason"] == "DENIED_READS"
    counted = await office.rows("SELECT sum(failures) AS failures FROM failure_slice", store="identity")
    assert counted[0]["failures"] == 1_000
