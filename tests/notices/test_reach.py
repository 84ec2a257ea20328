"""Who is told as the head of an organisation, or as its officer: whose issuer may speak for it."""

from datetime import UTC, datetime, timedelta

from auth.accounts import FIRST_ALONE, Reach
from gateway.jobs.addressees import leaders_of, people_and_heads_known
from gateway.jobs.coming import Announced
from sources.postgres.ask import AUTHORITY_ZONE
from sources.stores import Stores
from tests.notices.conftest import Village

PLACES = (1, 2, 3)
SOME = Reach({None: frozenset({2, 3})})
ANNOUNCED = """
INSERT INTO announcement (number, kind, at, title_ru, title_en, starts_on, organization_id)
VALUES ('R-1', 'TRAINING', now(), 'Учёба', 'Training', $1, 1)
"""


async def test_heads_and_officers_are_told_of_what_their_issuer_may_speak_for(village: Village) -> None:
    stores, at = village.stores, datetime.now(UTC)
    heads = [(await people_and_heads_known(stores, [], PLACES, reach)).heads for reach in (FIRST_ALONE, SOME)]
    leaders = [await leaders_of(stores, PLACES, at, reach) for reach in (FIRST_ALONE, SOME)]
    assert 1 in heads[0]
    assert 1 in leaders[0]
    assert heads[1] == {place: person for place, person in heads[0].items() if place != 1}
    assert set(leaders[1]) == set(leaders[0]) - {1}


async def test_what_is_announced_to_an_organisation_is_told_to_whom_its_issuer_may_tell_it(village: Village) -> None:
    stores: Stores = village.stores
    await stores.journal.execute(ANNOUNCED, datetime.now(AUTHORITY_ZONE).date() + timedelta(days=1))
    told = [(await Announced(stores, reach).page(datetime.now(UTC), None)).notices for reach in (FIRST_ALONE, SOME)]
    assert len(told[0]) > 0
    assert [*told[1]] == []
