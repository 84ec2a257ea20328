"""What closes ends what rests on it, though the row that changes names neither the person nor the account."""

from datetime import UTC, datetime

from auth.facts import midnight_after
from resolvers.facts import ViewerFacts
from sources.stores import Stores
from tests.resolvers.clock import moved
from tests.resolvers.test_facts import EXPERT, MIS, SECOND, SUPERVISOR, THERAPIST, of, put
from tests.resolvers.test_lost_facts import NOWHERE


async def test_an_organisation_that_closes_ends_its_posts_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    day = datetime.now(UTC).date()
    with moved() as clock:
        before = await of(facts, THERAPIST)
        await put(stores, "registry", "UPDATE organization SET closed_on = $1 WHERE id = 1", day)
        try:
            clock.ahead += SECOND
            ends = {post.ends_on for post in (await of(facts, THERAPIST)).posts if post.organization_id == 1}
            assert ends == {day}
        finally:
            await put(stores, "registry", "UPDATE organization SET closed_on = NULL WHERE id = 1")
        clock.ahead += SECOND
        assert (await of(facts, THERAPIST)).posts == before.posts


async def test_a_department_that_closes_is_led_by_nobody_within_a_second(stores: Stores, facts: ViewerFacts) -> None:
    day = datetime.now(UTC).date()
    with moved() as clock:
        before = (await of(facts, SUPERVISOR)).leads
        assert {lead.ends_on for lead in before} == {None}
        await put(stores, "registry", "UPDATE department SET closed_on = $1 WHERE head_id = 11", day)
        try:
            clock.ahead += SECOND
            assert {lead.ends_on for lead in (await of(facts, SUPERVISOR)).leads} == {day}
        finally:
            await put(stores, "registry", "UPDATE department SET closed_on = NULL WHERE head_id = 11")


async def test_an_organisation_that_closes_ends_what_its_system_may_within_a_second(
    stores: Stores, facts: ViewerFacts
) -> None:
    """The journal, where the account is appointed, changes nothing; the register does not know the account."""
    day = datetime.now(UTC).date()
    with moved() as clock:
        (before,) = (await of(facts, MIS)).appointments
        assert before.valid_to is None
        await put(stores, "registry", "UPDATE organization SET closed_on = $1 WHERE id = 1", day)
        try:
            clock.ahead += SECOND
            (closed,) = (await of(facts, MIS)).appointments
            assert closed.valid_to == midnight_after(day)
        finally:
            await put(stores, "registry", "UPDATE organization SET closed_on = NULL WHERE id = 1")
        clock.ahead += SECOND
        assert (await of(facts, MIS)).appointments == (before,)


async def test_a_system_has_no_function_while_nobody_knows_whether_its_organisation_is_open(
    urls: dict[str, str],
) -> None:
    stores = Stores.from_urls({**urls, "registry": NOWHERE}, deadline=5)
    try:
        found = await of(ViewerFacts(stores), MIS)
        assert found.appointments == ()
        assert [lost.store for lost in found.lost] == ["registry"]
        assert (await of(ViewerFacts(stores), EXPERT)).appointments
    finally:
        await stores.close()
