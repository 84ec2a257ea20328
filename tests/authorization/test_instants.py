"""Rights begin and end at exact instants: the first one counts, the last one does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from resolvers.facts import ViewerFacts
from tests.authorization.conftest import Desk
from tests.authorization.world import MOSCOW

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
KEY = 9_000_001

CARD = "query($id: ID!) { practitioner(by: {id: $id}) { phone } }"
ROLES = "{ viewer { roles { name validUntil } } }"


def at_instant(desk: Desk, at: datetime) -> Desk:
    """The same desk at another instant, with tokens of that instant and facts asked anew."""
    operating = desk.gateway.application.operating
    operating.clock = lambda: at
    operating.facts = ViewerFacts(operating.stores)
    return Desk(desk.gateway, desk.schema, at, desk.world)


async def roles(desk: Desk, at: datetime, persona: str) -> dict[str, Any]:
    """The roles of a persona at an instant with the ends that they tell."""
    answer = await at_instant(desk, at).ask(persona, ROLES)
    return {role["name"]: role["validUntil"] for role in answer.data["viewer"]["roles"]}


async def reads_phone(desk: Desk, at: datetime, persona: str, practitioner: str) -> bool:
    """Whether a persona reads a phone at an instant."""
    answer = await at_instant(desk, at).ask(persona, CARD, {"id": practitioner})
    return answer.data["practitioner"]["phone"] is not None


@asynccontextmanager
async def row(store: Any, table: str, **values: Any) -> AsyncIterator[None]:
    """A row that is there for a while."""
    names = ", ".join(values)
    marks = ", ".join(f"${i}" for i in range(1, len(values) + 1))
    await store.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())  # noqa: S608 - names of this file
    try:
        yield
    finally:
        await store.execute(f"DELETE FROM {table} WHERE id = $1", values["id"])  # noqa: S608


@asynccontextmanager
async def value(store: Any, table: str, key: int, column: str, new: Any) -> AsyncIterator[None]:
    """Another value in one column for a while."""
    async with store.connection() as connection:
        old = await connection.fetchval(f"SELECT {column} FROM {table} WHERE id = $1", key)  # noqa: S608
    statement = f"UPDATE {table} SET {column} = $2 WHERE id = $1"  # noqa: S608
    await store.execute(statement, key, new)
    try:
        yield
    finally:
        await store.execute(statement, key, old)


def trainee_of_supervisor(desk: Desk, start: datetime, end: datetime, state: str = "ACTIVE") -> Any:
    """A record by which the supervisor supervises the stranger."""
    return row(
        desk.gateway.application.stores.accreditation, "accreditation",
        id=KEY, registry_number="test-1", practitioner_id=12, kind="TEMPORARY", procedure="ADMISSION_WITHOUT",
        specialty_code="31.08.49", state=state, valid_from=start, valid_to=end, supervisor_id=11,
    )  # fmt: skip


@pytest.mark.parametrize("start", [datetime(2027, 3, 1, tzinfo=UTC), datetime(2028, 2, 29, 21, tzinfo=UTC)])
async def test_a_supervisor_reads_of_a_trainee_while_the_record_is_in_force(desk: Desk, start: datetime) -> None:
    end = start + HOUR
    async with trainee_of_supervisor(desk, start, end):
        for at, wanted in ((start - TICK, False), (start, True), (end - TICK, True), (end, False)):
            assert await reads_phone(desk, at, "supervisor", "prac_12") is wanted, at - start


@pytest.mark.parametrize(("state", "wanted"), [("UNDER_REVIEW", True), ("SUSPENDED", False), ("REVOKED", False)])
async def test_a_supervisor_reads_nothing_by_a_stopped_record(desk: Desk, state: str, wanted: bool) -> None:
    async with trainee_of_supervisor(desk, desk.at - HOUR, desk.at + HOUR, state):
        assert await reads_phone(desk, desk.at, "supervisor", "prac_12") is wanted


async def test_an_appointment_gives_its_function_in_its_term_alone(desk: Desk) -> None:
    start, end = desk.at + HOUR, desk.at + 2 * HOUR
    journal = desk.gateway.application.stores.journal
    made = row(journal, "appointment", id=KEY, subject="1000000006", function="SUPP", valid_from=start, valid_to=end)
    async with made:
        for at, wanted in ((start - TICK, "APL"), (start, "SUPP"), (end - TICK, "SUPP"), (end, "APL")):
            assert set(await roles(desk, at, "newcomer")) == {wanted}


async def test_a_case_is_open_from_its_opening_until_its_closing(desk: Desk) -> None:
    start, end = desk.at + HOUR, desk.at + 2 * HOUR
    made = row(
        desk.gateway.application.stores.accreditation, "review_case",
        id=KEY, officer="1000000013", practitioner_id=2, opened_at=start, closed_at=end,
    )  # fmt: skip
    async with made:
        for at, wanted in ((start - TICK, False), (start, True), (end - TICK, True), (end, False)):
            assert await reads_phone(desk, at, "expert", "prac_2") is wanted


async def test_the_last_day_of_work_counts_until_midnight_in_moscow(desk: Desk) -> None:
    """With the registrar's post the HR function goes, and with it the contacts of colleagues."""
    last = desk.at.astimezone(MOSCOW).date() + timedelta(days=1)
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), MOSCOW).astimezone(UTC)
    (post,) = desk.world.posts(9)
    async with value(desk.gateway.application.stores.registry, "employment", post["id"], "ends_on", last):
        assert await reads_phone(desk, midnight - TICK, "registrar", "prac_1")
        assert set(await roles(desk, midnight - TICK, "registrar")) == {"LNK", "HRR"}
        assert not await reads_phone(desk, midnight, "registrar", "prac_1")
        assert set(await roles(desk, midnight, "registrar")) == {"APL"}


async def test_work_begins_with_the_first_midnight_in_moscow(desk: Desk) -> None:
    first = desk.at.astimezone(MOSCOW).date() + timedelta(days=1)
    midnight = datetime.combine(first, datetime.min.time(), MOSCOW).astimezone(UTC)
    (post,) = desk.world.posts(9)
    async with value(desk.gateway.application.stores.registry, "employment", post["id"], "starts_on", first):
        assert set(await roles(desk, midnight - TICK, "registrar")) == {"APL"}
        assert set(await roles(desk, midnight, "registrar")) == {"LNK", "HRR"}


UNIT_OF_SUPERVISOR = "SELECT id FROM department WHERE head_id = 11"


def closing(desk: Desk) -> tuple[date, datetime]:
    """The last day of something that closes tomorrow, and the instant from which it is closed."""
    last = desk.at.astimezone(MOSCOW).date() + timedelta(days=1)
    return last, datetime.combine(last + timedelta(days=1), datetime.min.time(), MOSCOW).astimezone(UTC)


async def test_who_led_a_department_leads_it_no_more_once_it_is_closed(desk: Desk) -> None:
    """His trainees and his post he keeps; the contacts of those who worked under him he does not."""
    last, closed = closing(desk)
    registry = desk.gateway.application.stores.registry
    async with registry.connection() as connection:
        unit = await connection.fetchval(UNIT_OF_SUPERVISOR)
    async with value(registry, "department", unit, "closed_on", last):
        for at, wanted in ((closed - TICK, True), (closed, False)):
            assert await reads_phone(desk, at, "supervisor", "prac_1") is wanted
            assert await reads_phone(desk, at, "supervisor", "prac_4")  # his trainee


@pytest.mark.parametrize(
    ("persona", "before", "after"),
    [
        ("mis", {"MIS"}, {"APL"}),
        ("registrar", {"LNK", "HRR"}, {"APL"}),
        ("head", {"LNK", "DOC", "HED"}, {"APL"}),
        ("supervisor", {"LNK", "DOC", "SUP"}, {"APL"}),
    ],
)
async def test_what_is_held_at_an_organisation_ends_with_it(
    desk: Desk, persona: str, before: set[str], after: set[str]
) -> None:
    last, closed = closing(desk)
    async with value(desk.gateway.application.stores.registry, "organization", 1, "closed_on", last):
        assert set(await roles(desk, closed - TICK, persona)) == before
        assert set((await roles(desk, closed - TICK, persona)).values()) == {closed.isoformat().replace("+00:00", "Z")}
        assert await reads_phone(desk, closed - TICK, persona, "prac_1")
        assert set(await roles(desk, closed, persona)) == after
        assert not await reads_phone(desk, closed, persona, "prac_1")


STATUS = """{ viewer { roles { name } } practitioner(by: {id: "prac_1"}) {
  standing { accredited kinds } accreditations { id status } now: accreditations(status: EXPIRED) { id } } }"""


async def test_an_accreditation_expires_at_its_end_for_everybody_at_once(desk: Desk) -> None:
    """Role, status, filter by status and public standing tell the same at the same instant."""
    end = (desk.at + HOUR).replace(microsecond=0)
    base = next(
        record
        for record in desk.world.table("accreditation")
        if record["practitioner_id"] == 1 and desk.world.in_term(record) and record["state"] == "ACTIVE"
    )
    async with value(desk.gateway.application.stores.accreditation, "accreditation", base["id"], "valid_to", end):
        for at, expired in ((end - TICK, False), (end, True)):
            answer = await at_instant(desk, at).ask("therapist", STATUS)
            assert answer.errors == []
            person = answer.data["practitioner"]
            status = {record["id"]: record["status"] for record in person["accreditations"]}
            assert status[f"acc_{base['id']}"] == ("EXPIRED" if expired else "ACTIVE")
            assert (f"acc_{base['id']}" in {record["id"] for record in person["now"]}) is expired
            assert person["standing"]["accredited"] is not expired
            names = {role["name"] for role in answer.data["viewer"]["roles"]}
            assert names == ({"LNK"} if expired else {"LNK", "DOC"})


async def test_a_suspended_accreditation_gives_no_role_though_its_term_runs(desk: Desk) -> None:
    assert set(await roles(desk, desk.at, "suspended")) == {"LNK"}
    assert set(await roles(desk, desk.at, "lapsed")) == {"LNK"}


async def test_a_special_accreditation_goes_with_its_base(desk: Desk) -> None:
    store = desk.gateway.application.stores.accreditation
    base = next(
        record["base_id"]
        for record in desk.world.table("accreditation")
        if record["practitioner_id"] == 2 and record["kind"] == "SPECIAL"
    )
    assert set(await roles(desk, desk.at, "surgeon")) == {"LNK", "DOC", "SPC"}
    async with value(store, "accreditation", base, "state", "SUSPENDED"):
        assert set(await roles(desk, desk.at, "surgeon")) == {"LNK"}


async def test_a_role_ends_at_the_instant_that_it_tells(desk: Desk) -> None:
    for persona, name in (("therapist", "DOC"), ("intern", "TMP"), ("expert", "EXP")):
        end = datetime.fromisoformat((await roles(desk, desk.at, persona))[name])
        assert name in await roles(desk, end - TICK, persona)
        assert name not in await roles(desk, end, persona)


async def test_a_second_factor_is_fresh_for_fifteen_minutes(desk: Desk) -> None:
    text = '{ practitioner(by: {id: "prac_4"}) { snils } }'
    start = desk.at.replace(microsecond=0)
    signed_in = at_instant(desk, start)
    operating = desk.gateway.application.operating
    for later, wanted in ((timedelta(minutes=15), True), (timedelta(minutes=15) + TICK, False)):
        signed_in.token("registrar")
        operating.clock = lambda at=start + later: at  # type: ignore[misc]
        answer = await signed_in.ask("registrar", text)
        assert (answer.data["practitioner"]["snils"] is not None) is wanted
        if not wanted:
            assert answer.told[0]["reason"] == "SECOND_FACTOR"


def test_the_days_of_these_tests_are_real() -> None:
    assert date(2028, 2, 29) + timedelta(days=1) == date(2028, 3, 1)
