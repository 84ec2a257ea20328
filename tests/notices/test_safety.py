"""Whoever's session was stolen is told, and so is whoever's address was confirmed too long ago."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import RefreshRefused, Sessions, SignedIn, Tokens, Why
from gateway.jobs.contacts import StaleContacts
from gateway.jobs.identity import IdentityRelay
from gateway.jobs.scanning import Scan
from gateway.world.cast import CAST
from resolvers.telling.texts import render
from sources.sealed_store import SealedStore
from tests.keys import IDENTITY_KEYRING
from tests.notices.conftest import THERAPIST, Village

MOSCOW = ZoneInfo("Europe/Moscow")
SUBJECT = CAST["therapist"].subject
OWN = "TRUNCATE account, device, sign_in_method, session, refresh_token, access_grant"


@pytest.fixture
async def sessions(village: Village) -> AsyncIterator[Sessions]:
    store = SealedStore("identity", village.urls["identity"], keyring=IDENTITY_KEYRING, deadline=30)
    yield Sessions(store, "https://cabinet.example.org/")
    await store.execute(OWN)
    await store.execute("TRUNCATE event, audit_entry")
    await store.close()


def signed_in(at: datetime, account: str = SUBJECT) -> SignedIn:
    return SignedIn(account, None, Assurance(Level.CONFIRMED, at, at), ("pwd",), "APP", "app", "Phone")


def token(tokens: Tokens | None) -> str:
    assert tokens is not None
    assert tokens.refresh_token is not None
    return tokens.refresh_token


async def told(village: Village, kind: str) -> list[dict[str, Any]]:
    relay = IdentityRelay(village.stores)
    while await relay.events():
        pass
    return [row for row in await village.messages() if row["kind"] == kind]


@pytest.mark.parametrize("how", ["shown again", "by another app", "its code twice", "in time", "signed out"])
async def test_whoever_s_session_somebody_else_had_is_told_once_and_nobody_of_an_end_of_his_own(
    village: Village, sessions: Sessions, how: str
) -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    started = await sessions.begin(signed_in(at), at)
    first = token(started.tokens)
    second = token(await sessions.refreshed(first, at, "app"))
    later = at + timedelta(seconds=5 if how == "in time" else 30)
    match how:
        case "shown again" | "in time":
            for _ in range(2):
                try:
                    await sessions.refreshed(first, later, "app")
                except RefreshRefused:
                    assert how == "shown again"
        case "by another app":
            with pytest.raises(RefreshRefused):
                await sessions.refreshed(second, later, "another")
        case "its code twice":
            assert await sessions.end(started.session_id, Why.REUSED, later)
        case "signed out":
            assert await sessions.end(started.session_id, Why.SIGNED_OUT, later)
    rows = await told(village, "ACCOUNT_SECURITY")
    if how in {"in time", "signed out"}:
        assert rows == []
        return
    (row,) = rows
    assert (row["subject"], row["state"]) == (SUBJECT, "QUEUED")
    said = json.loads(row["parameters"])
    assert said == {"ends": later.isoformat()}
    assert "01.06.2026 15:00 по московскому" in render(row["template"], said, "ru").body


async def test_whoever_is_not_in_the_register_finds_it_in_the_cabinet(village: Village, sessions: Sessions) -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    started = await sessions.begin(signed_in(at, "moz:7"), at)
    await sessions.end(started.session_id, Why.REUSED, at)
    (row,) = await told(village, "ACCOUNT_SECURITY")
    assert (row["subject"], row["mail_id"]) == ("moz:7", None)


async def test_an_address_that_grows_stale_is_told_before_and_then_and_not_when_it_is_confirmed_anew(
    village: Village,
) -> None:
    (before,) = await village.rows(
        "registry", "SELECT email_verified_at AS at FROM practitioner WHERE id = $1", THERAPIST
    )
    confirm = "UPDATE practitioner SET email_verified_at = $1 WHERE id = 1"
    verified = datetime(2040, 2, 29, 9, tzinfo=UTC)
    await village.rows("registry", confirm, verified)
    # A year later there is no such day: the last of the month is meant.
    stale = datetime(2041, 2, 28, 9, tzinfo=UTC)
    try:
        for days in (20, 15, 14, 13, 1, 0, -1, -6):
            at = datetime.combine((stale - timedelta(days=days)).date(), time(18), MOSCOW).astimezone(UTC)

            await scanned(village, at)
        rows = [row | json.loads(row["parameters"]) for row in await told(village, "CONTACTS")]
        assert [(row["template"], row["days"], row["last"]) for row in rows if row["subject"] == SUBJECT] == [
            ("contacts_stale_soon", 14, "2041-02-28"), ("contacts_stale", 0, "2041-02-28"),
        ]  # fmt: skip
        assert [row["mail_id"] is not None for row in rows if row["subject"] == SUBJECT] == [True, False]
        await village.rows("registry", confirm, verified.replace(month=3, day=8))
        await scanned(village, datetime(2041, 3, 8, 15, tzinfo=UTC))
        assert len([row for row in await told(village, "CONTACTS") if row["subject"] == SUBJECT]) == 3
    finally:
        await village.rows("registry", confirm, before["at"])


async def scanned(village: Village, at: datetime) -> None:
    scan = Scan(village.stores, lambda: at, (StaleContacts(village.stores),), lock=1, daily=True)
    while await scan.run():
        pass
