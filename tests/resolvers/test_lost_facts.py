"""Facts of viewers while a store is lost: it is named, the others are heard, and it is asked once."""

import pytest

from resolvers import facts as facts_module
from resolvers.facts import ViewerFacts
from sources.postgres.changes import Changes, changes_since
from sources.postgres.failure import SourceTimedOut
from sources.postgres.store import Store
from sources.stores import Stores
from tests.resolvers.clock import moved
from tests.resolvers.test_facts import EXPERT, MIS, SECOND, SUPERVISOR, of

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        ("registry", {"appointments", "cases"}),
        ("accreditation", {"posts", "leads", "appointments"}),
        ("journal", {"posts", "leads", "accreditations", "trainees", "cases"}),
    ],
)
async def test_a_store_that_is_down_is_named_and_the_others_are_heard(
    stores: Stores, urls: dict[str, str], lost: str, kept: set[str]
) -> None:
    facts = ViewerFacts(broken := Stores.from_urls({**urls, lost: NOWHERE}, deadline=5))
    try:
        for subject in (SUPERVISOR, EXPERT):
            found = await of(facts, subject)
            assert [(one.store, one.code, one.retryable) for one in found.lost] == [(lost, "SOURCE_UNAVAILABLE", True)]
            whole = await of(ViewerFacts(stores), subject)
            for name in ("posts", "leads", "accreditations", "trainees", "appointments", "cases"):
                assert getattr(found, name) == (getattr(whole, name) if name in kept else ()), name
    finally:
        await broken.close()


async def test_lost_facts_are_asked_for_again_within_a_second(urls: dict[str, str]) -> None:
    stores = Stores.from_urls({**urls, "journal": NOWHERE}, deadline=5)
    facts = ViewerFacts(stores)
    try:
        with moved() as clock:
            assert (await of(facts, MIS)).lost
            await stores.journal.close()
            stores.journal.url = urls["journal"]
            clock.ahead += SECOND
            found = await of(facts, MIS)
            assert found.lost == ()
            assert [appointment.function for appointment in found.appointments] == ["MIS"]
    finally:
        await stores.close()


async def test_facts_known_before_a_loss_are_not_used_after_a_second(stores: Stores, urls: dict[str, str]) -> None:
    """Nobody can say any more whether they still hold."""
    own = Stores.from_urls(urls, deadline=5)
    facts = ViewerFacts(own)
    try:
        with moved() as clock:
            assert (await of(facts, EXPERT)).lost == ()
            await own.journal.close()
            own.journal.url = NOWHERE
            clock.ahead += SECOND
            assert [one.store for one in (await of(facts, EXPERT)).lost] == ["journal"]
    finally:
        await own.close()


async def test_a_store_that_is_lost_is_asked_once_though_word_comes_meanwhile(
    facts: ViewerFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question to it costs its whole deadline, and the caller has only one."""
    asked: list[str] = []

    async def slow(store: Store, horizon: int | None) -> Changes:
        asked.append(store.name)
        if store.name == "accreditation":
            facts.heard()
            raise SourceTimedOut(store.name)
        return await changes_since(store, horizon)

    monkeypatch.setattr(facts_module, "changes_since", slow)
    found = await of(facts, EXPERT)
    assert [lost.store for lost in found.lost] == ["accreditation"]
    twice = {"registry": 2, "journal": 2, "identity": 2}
    assert {name: asked.count(name) for name in asked} == {"accreditation": 1, **twice}
