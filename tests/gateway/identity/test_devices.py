"""Whatever browser somebody signs in on, known or not, his session is as sure as its own sign-ins were."""

from datetime import datetime, timedelta
from random import Random

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import SignedIn
from tests.gateway.identity.desk import NOON, Desk

HELD = "SELECT id, assurance, auth_time, second_factor_at, device_id FROM session WHERE ended_at IS NULL"


@pytest.mark.parametrize("seed", range(8))
async def test_a_known_device_raises_nothing(desk: Desk, seed: int) -> None:
    chance, at = Random(seed), NOON
    browsers = [chance.randbytes(32) for _ in range(3)]
    # What a session is by its own sign-in and step-ups: the level of the last, and the latest factor.
    own: dict[int, tuple[str, datetime, datetime | None]] = {}
    known: dict[tuple[str, bytes], set[int]] = {}
    for _ in range(25):
        at += timedelta(minutes=chance.randrange(1, 9))
        factor = chance.choice([None, at, at - timedelta(hours=chance.randrange(1, 20))])
        assurance = Assurance(chance.choice([Level.UNCONFIRMED, Level.CONFIRMED]), at, factor)
        if own and chance.random() < 0.3:
            key = chance.choice([*own])
            if await desk.sessions.raised(str(key), assurance, at) is not None:
                _, _, before = own[key]
                both = [one for one in (before, factor) if one is not None]
                own[key] = assurance.level, at, max(both, default=None)
            continue
        account, digest = chance.choice(["esia:1", "esia:2"]), chance.choice(browsers)
        await desk.rows("INSERT INTO account (subject, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", account, at)
        person = SignedIn(account, None, assurance, ("pwd",), "BROWSER", None, "Firefox", None, digest)
        started = await desk.sessions.begin(person, at)
        own[int(started.session_id)] = assurance.level, at, factor
        known.setdefault((account, digest), set()).add(int(started.session_id))
    rows = {row["id"]: row for row in await desk.rows(HELD)}
    assert {key: (row["assurance"], row["auth_time"], row["second_factor_at"]) for key, row in rows.items()} == own
    # One device for each person and browser.
    devices = [{rows[key]["device_id"] for key in keys} for keys in known.values()]
    assert all(len(one) == 1 for one in devices)
    assert len(set.union(*devices)) == len(known)
