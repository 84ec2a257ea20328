"""A stream about a patient whom somebody hands on ends within a second of the grant, and of what that rests on."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.gateway.streams.cabinet import THERAPIST, told
from tests.gateway.streams.charts import CHART, MINE, now, ordinary, rest, written
from tests.gateway.streams.speaking import listening
from tests.gateway.streams.test_patients_ends import JUST, SUSPENDED, seen_by
from tests.gateway.streams.test_rights import clock_at
from tests.passing import within_a_second
from tests.served.running import Running

NURSE = 3
GRANT = """
INSERT INTO access_grant (id, kind, module, organization_id, patient_ids, grantor_id, grantor_subject, grantee_id,
    reason, given_by, giver_id, given_at, starts_at, ends_at, changed_at)
VALUES (900001, 'ORDINARY', 'CASE_HISTORY', $1, ARRAY[$2::bigint], $3, '1000000001', $4,
    'VACATION', '1000000001', $3, now() - interval '1 hour', now() - interval '1 hour', $5, now())
"""
REVOKED = "UPDATE access_grant SET revoked_at = now() WHERE id = 900001"


@pytest.fixture
async def ending(own_stores: Stores, live: Running) -> AsyncIterator[datetime]:
    """The therapist hands her patient on to the nurse, until then."""
    at = now().replace(microsecond=0) + timedelta(minutes=10)
    await own_stores.identity.execute(GRANT, MAIN_HOSPITAL, MINE, THERAPIST, NURSE, at)
    live.application.operating.facts.heard()
    yield at
    await own_stores.identity.execute("DELETE FROM access_grant WHERE id = 900001")
    await own_stores.accreditation.execute(SUSPENDED, "ACTIVE")


@pytest.mark.usefixtures("ending")
@pytest.mark.parametrize("store", ["identity", "accreditation"])
async def test_it_ends_as_it_is_taken_back_and_as_its_grantor_loses_the_right(
    live: Running, own_stores: Stores, store: str
) -> None:
    key = await ordinary(own_stores, "observation", MINE)
    async with listening(live, "nurse") as caller:
        await caller.subscribe("a", CHART, id=f"pat_{MINE}")
        await seen_by(live, MINE, wanted=1)
        await written(own_stores, "observation", key)
        event = await told(caller)
        assert (event["patientId"], event["record"]["id"]) == (f"pat_{MINE}", f"obs_{key}")
        if store == "identity":
            await own_stores.identity.execute(REVOKED)
        else:
            await own_stores.accreditation.execute(SUSPENDED, "SUSPENDED")
        assert (await within_a_second(rest(caller)))[1] == 4403


async def test_it_ends_at_the_instant_at_which_the_term_does(
    live: Running, own_stores: Stores, ending: datetime
) -> None:
    with clock_at(live, ending - JUST):
        async with listening(live, "nurse") as caller:
            await caller.subscribe("a", CHART, id=f"pat_{MINE}")
            await seen_by(live, MINE, wanted=1)
            await written(own_stores, "patient", MINE)
            assert (await told(caller))["patientId"] == f"pat_{MINE}"
            with clock_at(live, ending):
                await written(own_stores, "patient", MINE)
                assert await rest(caller) == ([], 4403)
