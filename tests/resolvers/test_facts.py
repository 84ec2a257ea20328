"""Facts of viewers: those of now, of the right viewer, at few statements; what is missing is named."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from auth.accounts import FIRST_ALONE
from auth.assurance import Assurance, Level
from auth.facts import Facts
from gateway.world.cast import CAST
from resolvers import facts as facts_module
from resolvers.facts import ViewerFacts
from resolvers.facts_of_stores import load
from sources.postgres.changes import Changes, changes_since
from sources.postgres.store import Store, statements
from sources.stores import Stores
from tests.resolvers.clock import moved

SURE = Assurance(Level.CONFIRMED, datetime(2026, 11, 22, tzinfo=UTC))
THERAPIST, SUPERVISOR, EXPERT, MIS = (CAST[name].subject for name in ("therapist", "supervisor", "expert", "mis"))
SECOND = 1.0


async def of(facts: ViewerFacts, subject: str) -> Facts:
    """The facts of a subject now."""
    return await facts.of(subject, SURE, datetime.now(UTC))


async def test_the_facts_of_a_person_come_from_three_stores(facts: ViewerFacts) -> None:
    found = await of(facts, SUPERVISOR)
    assert found.practitioner_id == 11
    assert {post.organization_id for post in found.posts} == {1}
    assert {lead.organization_id for lead in found.leads} == {1}
    assert {record.kind for record in found.accreditations} >= {"PERMANENT"}
    assert 4 in {trainee.practitioner_id for trainee in found.trainees}
    assert (await of(facts, EXPERT)).appointments[0].function == "EXP"
    assert {case.practitioner_id for case in (await of(facts, EXPERT)).cases} == {6}


async def test_consent_is_a_fact_of_whoever_gave_it_and_costs_no_statement(stores: Stores) -> None:
    asked: dict[str, int] = {}
    token = statements.set(asked)
    try:
        subjects = [CAST[name].subject for name in ("therapist", "supervisor", "applicant", "expert")]
        found = await load(stores, subjects, datetime.now(UTC), {}, FIRST_ALONE)
    finally:
        statements.reset(token)
    agreed = [None if one.terms is None else one.terms.version for one in found.values()]
    assert agreed == ["2023.1", "2023.1", None, None]
    assert asked == {"registry": 1, "journal": 1, "accreditation": 2, "identity": 2}


async def test_a_subject_that_no_store_knows_has_no_facts_and_loses_none(facts: ViewerFacts) -> None:
    found = await of(facts, "9999999999")
    assert found == Facts("9999999999", SURE)


async def test_the_assurance_is_that_of_the_token_not_of_the_one_before(facts: ViewerFacts) -> None:
    now = datetime.now(UTC)
    fresh = Assurance(Level.CONFIRMED, now, now)
    assert (await facts.of(THERAPIST, fresh, now)).assurance is fresh
    assert (await facts.of(THERAPIST, SURE, now)).assurance is SURE
    unsure = Assurance(Level.UNCONFIRMED, now)
    assert (await facts.of(THERAPIST, unsure, now)).assurance is unsure


async def put(stores: Stores, store: str, text: str, *values: Any) -> None:
    """Change a row where the gateway does not see it."""
    await getattr(stores, store).execute(text, *values)


@pytest.mark.parametrize("ahead", [SECOND, 2.5])
async def test_a_changed_record_is_seen_within_a_second(stores: Stores, facts: ViewerFacts, ahead: float) -> None:
    with moved() as clock:
        before = await of(facts, THERAPIST)
        states = {record.id: record.state for record in before.accreditations}
        await put(stores, "accreditation", "UPDATE accreditation SET state = 'SUSPENDED' WHERE practitioner_id = 1")
        try:
            clock.ahead += ahead
            after = await of(facts, THERAPIST)
            assert {record.state for record in after.accreditations} == {"SUSPENDED"}
        finally:
            for key, state in states.items():
                await put(stores, "accreditation", "UPDATE accreditation SET state = $2 WHERE id = $1", key, state)
        clock.ahead += ahead
        assert (await of(facts, THERAPIST)).accreditations == before.accreditations


async def test_a_changed_record_is_seen_at_once_when_a_store_gave_word(
    stores: Stores, facts: ViewerFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.facts.CHECK_SECONDS", 3_600.0)
    text = "UPDATE accreditation SET state = $1 WHERE practitioner_id = 1 AND state = $2"
    before = await of(facts, THERAPIST)
    await put(stores, "accreditation", text, "SUSPENDED", "ACTIVE")
    try:
        assert (await of(facts, THERAPIST)).accreditations == before.accreditations
        facts.heard()
        assert "ACTIVE" not in {record.state for record in (await of(facts, THERAPIST)).accreditations}
    finally:
        await put(stores, "accreditation", text, "ACTIVE", "SUSPENDED")


def held_up(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Checks come with a word alone, and to no end: what says that one has its answer, and what lets it go on."""
    answered, going = asyncio.Event(), asyncio.Event()

    async def held(store: Store, horizon: int | None) -> Changes:
        found = await changes_since(store, horizon)
        answered.set()
        await going.wait()
        return found

    monkeypatch.setattr(facts_module, "CHECK_SECONDS", 3_600.0)
    monkeypatch.setattr(facts_module, "changes_since", held)
    return answered, going


TURN = "UPDATE accreditation SET state = $2 WHERE practitioner_id = 1 AND state = $1"


async def test_a_word_that_comes_while_a_check_is_under_way_is_looked_into_after_it(
    stores: Stores, facts: ViewerFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await of(facts, THERAPIST)
    answered, going = held_up(monkeypatch)
    facts.heard()
    first = asyncio.ensure_future(of(facts, THERAPIST))
    await answered.wait()
    await put(stores, "accreditation", TURN, "ACTIVE", "SUSPENDED")
    try:
        facts.heard()
        second = asyncio.ensure_future(of(facts, THERAPIST))
        await asyncio.sleep(0)
        going.set()
        assert "ACTIVE" not in {record.state for record in (await second).accreditations}
        await first
    finally:
        await put(stores, "accreditation", TURN, "SUSPENDED", "ACTIVE")
    assert {record.state for record in before.accreditations} >= {"ACTIVE"}


async def test_who_comes_while_a_word_is_looked_into_waits_for_it(
    stores: Stores, facts: ViewerFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await of(facts, THERAPIST)
    answered, going = held_up(monkeypatch)
    await put(stores, "accreditation", TURN, "ACTIVE", "SUSPENDED")
    try:
        facts.heard()
        first = asyncio.ensure_future(of(facts, EXPERT))
        await answered.wait()
        second = asyncio.ensure_future(of(facts, THERAPIST))
        await asyncio.sleep(0)
        going.set()
        assert "ACTIVE" not in {record.state for record in (await second).accreditations}
        await first
    finally:
        await put(stores, "accreditation", TURN, "SUSPENDED", "ACTIVE")
    assert {record.state for record in before.accreditations} >= {"ACTIVE"}


async def test_a_change_of_post_is_seen_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    with moved() as clock:
        before = await of(facts, THERAPIST)
        text = "UPDATE employment SET ends_on = $1 WHERE practitioner_id = 1 AND ends_on IS NOT DISTINCT FROM $2"
        last = datetime.now(UTC).date()
        await put(stores, "registry", text, last, None)
        try:
            clock.ahead += SECOND
            assert last in {post.ends_on for post in (await of(facts, THERAPIST)).posts}
        finally:
            await put(stores, "registry", text, None, last)
        clock.ahead += SECOND
        assert (await of(facts, THERAPIST)).posts == before.posts


async def test_a_new_head_of_a_department_is_seen_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    """Both the one who leads now and the one who led before."""
    text = "UPDATE department SET head_id = $1::bigint WHERE head_id = $2"
    with moved() as clock:
        led = (await of(facts, SUPERVISOR)).leads
        assert led
        assert not (await of(facts, THERAPIST)).leads
        await put(stores, "registry", text, 1, 11)
        try:
            clock.ahead += SECOND
            assert not (await of(facts, SUPERVISOR)).leads
            assert (await of(facts, THERAPIST)).leads == led
        finally:
            await put(stores, "registry", text, 11, 1)
        clock.ahead += SECOND
        assert (await of(facts, SUPERVISOR)).leads == led


async def test_a_trainee_taken_from_a_supervisor_is_gone_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    """The changed record is of the trainee, the changed facts are of the supervisor."""
    text = "UPDATE accreditation SET supervisor_id = $1 WHERE practitioner_id = 4 AND supervisor_id = $2"
    with moved() as clock:
        assert 4 in {trainee.practitioner_id for trainee in (await of(facts, SUPERVISOR)).trainees}
        await put(stores, "accreditation", text, 1, 11)
        try:
            clock.ahead += SECOND
            assert 4 not in {trainee.practitioner_id for trainee in (await of(facts, SUPERVISOR)).trainees}
            assert 4 in {trainee.practitioner_id for trainee in (await of(facts, THERAPIST)).trainees}
        finally:
            await put(stores, "accreditation", text, 11, 1)
        clock.ahead += SECOND
        assert 4 in {trainee.practitioner_id for trainee in (await of(facts, SUPERVISOR)).trainees}


async def test_an_ended_appointment_and_a_closed_case_are_seen_within_a_second(
    stores: Stores, facts: ViewerFacts
) -> None:
    now = datetime.now(UTC)
    with moved() as clock:
        before = await of(facts, EXPERT)
        await put(stores, "accreditation", "UPDATE review_case SET closed_at = $1 WHERE officer = $2", now, EXPERT)
        await put(stores, "journal", "UPDATE appointment SET function = 'AUD' WHERE subject = $1", EXPERT)
        try:
            clock.ahead += SECOND
            found = await of(facts, EXPERT)
            assert [appointment.function for appointment in found.appointments] == ["AUD"]
            assert all(case.closed_at == now for case in found.cases)
        finally:
            await put(stores, "accreditation", "UPDATE review_case SET closed_at = NULL WHERE officer = $1", EXPERT)
            await put(stores, "journal", "UPDATE appointment SET function = 'EXP' WHERE subject = $1", EXPERT)
        clock.ahead += SECOND
        assert await of(facts, EXPERT) == before


async def test_a_deleted_appointment_is_seen_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    insert = "INSERT INTO appointment (id, subject, function, valid_from) VALUES (9000002, $1, 'SUPP', now())"
    with moved() as clock:
        assert not (await of(facts, THERAPIST)).appointments
        await put(stores, "journal", insert, THERAPIST)
        try:
            clock.ahead += SECOND
            assert [a.function for a in (await of(facts, THERAPIST)).appointments] == ["SUPP"]
        finally:
            await put(stores, "journal", "DELETE FROM appointment WHERE id = 9000002")
        clock.ahead += SECOND
        assert not (await of(facts, THERAPIST)).appointments


async def test_forty_viewers_at_once_each_have_their_own_facts_at_few_statements(facts: ViewerFacts) -> None:
    people = {persona.subject: persona.practitioner_id for persona in CAST.values()}
    people |= {f"census-{number:04d}": None for number in range(1, 21)}
    counted: dict[str, int] = {}
    statements.set(counted)
    found = await asyncio.gather(*(of(facts, subject) for subject in people for _ in range(2)))
    statements.set(None)
    assert len(people) >= 40
    for (subject, person), pair in zip(people.items(), zip(found[::2], found[1::2], strict=True), strict=True):
        for one in pair:
            assert one.subject == subject
            assert one.practitioner_id == person
            assert one.lost == ()
    assert all(len(one.appointments) == 1 for one in found if one.subject.startswith("census-"))
    assert sum(counted.values()) <= 12


async def test_viewers_who_come_while_others_are_asked_get_their_own(facts: ViewerFacts) -> None:
    subjects = [persona.subject for persona in CAST.values()] * 3

    async def late(number: int, subject: str) -> Facts:
        for _ in range(number % 7):
            await asyncio.sleep(0)
        return await of(facts, subject)

    found = await asyncio.gather(*(late(i, subject) for i, subject in enumerate(subjects)))
    assert [one.subject for one in found] == subjects


async def test_a_waiter_who_leaves_takes_nothing_from_those_who_stay(facts: ViewerFacts) -> None:
    leaving = asyncio.ensure_future(of(facts, THERAPIST))
    staying = asyncio.ensure_future(of(facts, THERAPIST))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).practitioner_id == 1
    assert (await of(facts, THERAPIST)).practitioner_id == 1


GRANTED = """
INSERT INTO access_grant (id, kind, module, organization_id, grantor_id, grantor_subject, grantee_id, reason, given_by,
    given_at, starts_at, ends_at, changed_at)
SELECT 900000 + n, 'ORDINARY', 'CASE_HISTORY', 1, n, (ARRAY['1000000001', '1000000002'])[n], 3, 'VACATION', '1',
    now(), now(), now() + interval '1 day', now()
FROM generate_series(1, 2) n
"""


async def test_whose_access_is_handed_on_is_known_with_whoever_has_it_by_one_statement_more_of_each_kind(
    stores: Stores, facts: ViewerFacts
) -> None:
    nurse, therapist, surgeon = (CAST[name].subject for name in ("nurse", "therapist", "surgeon"))
    assert (await of(facts, nurse)).grants == ()
    try:
        await put(stores, "identity", GRANTED)
        facts.heard()
        asked: dict[str, int] = {}
        token = statements.set(asked)
        found = await load(stores, [nurse, therapist, surgeon], datetime.now(UTC), {}, FIRST_ALONE)
        statements.reset(token)
        assert asked == {"registry": 2, "journal": 2, "accreditation": 4, "identity": 3}
        assert [one.grantor.subject for one in found[nurse].grants] == [therapist, surgeon]
        assert [one.grants for one in (found[therapist], found[surgeon])] == [(), ()]
        assert not any(one.grantor.grants for one in found[nurse].grants)
        known = await of(facts, nurse)
        assert [one.grantor.practitioner_id for one in known.grants] == [1, 2]
        # What changes of whose access it is, is known of whoever has it, and nothing of him is left behind.
        await put(stores, "accreditation", "UPDATE accreditation SET state = 'SUSPENDED' WHERE practitioner_id = 2")
        facts.heard()
        changed = await of(facts, nurse)
        states = [{record.state for record in one.grantor.accreditations} for one in changed.grants]
        assert "SUSPENDED" in states[1] - states[0]
    finally:
        await put(stores, "accreditation", "UPDATE accreditation SET state = 'ACTIVE' WHERE practitioner_id = 2")
        await put(stores, "identity", "DELETE FROM access_grant WHERE id > 900000")
    facts.heard()
    assert (await of(facts, nurse)).grants == ()
    assert facts._leaning == {}


@pytest.mark.parametrize("name", ["identity", "accreditation"])
async def test_a_store_that_is_lost_costs_its_deadline_once_also_where_access_is_handed_on(
    stores: Stores, name: str
) -> None:
    nurse, urls = CAST["nurse"].subject, {store.name: store.url for store in stores}
    lossy = Stores.from_urls({**urls, name: "postgresql://nobody@127.0.0.1:9/none"}, deadline=30)
    asked: dict[str, int] = {}
    await put(stores, "identity", GRANTED)
    token = statements.set(asked)
    try:
        found = await load(lossy, [nurse], datetime.now(UTC), {}, FIRST_ALONE)
    finally:
        statements.reset(token)
        await put(stores, "identity", "DELETE FROM access_grant WHERE id > 900000")
        await lossy.close()
    assert [one.store for one in found[nurse].lost] == [name]
    assert len(found[nurse].grants) == (0 if name == "identity" else 2)
    assert asked[name] == 1


async def test_two_devices_of_an_account_do_not_push_each_other_out(stores: Stores) -> None:
    facts, at = ViewerFacts(stores), datetime.now(UTC)
    phone, browser = [await facts.of(EXPERT, SURE, at, session) for session in ("1", "2")]
    assert (phone.session, browser.session) == ("1", "2")
    assert await facts.of(EXPERT, SURE, at, "1") is phone
    assert await facts.of(EXPERT, SURE, at, "2") is browser
