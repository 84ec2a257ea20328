"""Keys of the identity store and of signatures are wrapped anew over rows that are there; then the old one goes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import Sessions, SignedIn
from sources.documents.kept_signature import kept, opened_cms
from sources.documents.wrapped import WRAPPED as OF_DOCUMENTS
from sources.identity import challenge, matching
from sources.identity.sealed_text import opened, sealed
from sources.identity.wrapped import WRAPPED as OF_IDENTITY
from sources.postgres.failure import SourceUnavailable
from sources.postgres.writing import Left, writing
from sources.rewrapping import Wrapped, rewrap_some, wrapping_states
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey, new_key
from tests.acts.office import Office

NOW = datetime.now(UTC)
ACCOUNT, PHONE, SNILS, CMS = "rotated", "+79990001122", "11223344595", "MIIB"
ISSUER = "https://cabinet.example.org/"
TICKET = """INSERT INTO support_ticket (id, account, state, request_ids, key, subject, text, opened_at, changed_at)
VALUES (10000001, $1, 'OPEN', '{}', $2, $3, $4, now(), now())"""
SIGNATURE = "UPDATE signature SET key = $2, cms = $3, received_at = coalesce(received_at, now()) WHERE id = $1"
FORGOTTEN = ("DELETE FROM registry_match", "DELETE FROM contact_challenge", "DELETE FROM signing_key")


@pytest.fixture
async def stores(office: Office) -> AsyncIterator[tuple[SealedStore, SealedStore]]:
    """The identity store and the documents, under their keys; put back as they were."""
    identity, documents = office.application.stores.identity, office.application.stores.documents
    before = identity.keyring, documents.keyring
    for text in FORGOTTEN:
        await identity.execute(text)
    await documents.execute("CREATE TABLE saved_signature AS TABLE signature")
    yield identity, documents
    identity.keyring, documents.keyring = before
    for text in FORGOTTEN:
        await identity.execute(text)
    await documents.execute(
        "UPDATE signature s SET key = o.key, cms = o.cms, received_at = o.received_at "
        "FROM saved_signature o WHERE o.id = s.id"
    )
    await documents.execute("DROP TABLE saved_signature")
    await office.restore()


async def rewrapped(store: SealedStore, columns: Sequence[Wrapped]) -> int:
    """What the command does; how many were wrapped anew."""
    changed = 0
    for what in columns:
        last: tuple[Any, ...] | None = None
        while (batch := await rewrap_some(store, what, last)).last is not None:
            assert batch.failed == ()
            last, changed = batch.last, changed + batch.changed
    return changed


def newer(store: SealedStore) -> None:
    """A new key behind the old one, of both kinds."""
    ring = store.keyring
    store.keyring = replace(ring, wrapping={**ring.wrapping, 9: b"9" * 32}, finding={**ring.finding, 9: b"f" * 32})


def without_old(store: SealedStore) -> None:
    store.keyring = replace(store.keyring, wrapping={9: b"9" * 32})


async def test_what_is_sealed_in_the_identity_store_opens_under_the_new_key_alone(
    stores: tuple[SealedStore, SealedStore],
) -> None:
    store, _ = stores
    sure = Assurance(Level.CONFIRMED, NOW, NOW)
    signed_in = SignedIn(ACCOUNT, None, sure, ("pwd",), "APP", "app", "Firefox", None)
    assert (await Sessions(store, ISSUER).begin(signed_in, NOW)).tokens is not None
    said = matching.SaidProfile(SNILS, "Иванова", "Анна", None, date(1980, 1, 2), None)
    await matching.keep(store, matching.Outcome(ACCOUNT, "PENDING", None, None, "REGISTER_SILENT"), said, NOW)
    change = challenge.made(store, ACCOUNT, "PHONE", PHONE, NOW, session=None, language="ru", last=None)
    async with writing(store) as unit:
        await unit.leave(Left(at=NOW, events=(), subject=ACCOUNT, act="try", thing=None, grounds={}), change)
    texts = sealed(store, "support_ticket", 10_000_001, {"subject": "Вход", "text": "Не могу войти"})
    await store.execute(TICKET, ACCOUNT, texts["key"], texts["subject"], texts["text"])
    newer(store)
    assert await rewrapped(store, OF_IDENTITY) == 4
    assert await rewrapped(store, OF_IDENTITY) == 0
    states = await wrapping_states(store, OF_IDENTITY)
    assert [(one.version, one.used, one.fits) for one in states] == [(1, False, True), (9, True, True)]
    without_old(store)
    # Another process, which has nothing in memory, signs with the key that was there.
    other = Sessions(store, ISSUER)
    again = await other.begin(signed_in, NOW)
    assert again.tokens is not None
    assert len(other.published()["keys"]) == 1
    (row,) = await matching.matches_of(store, [ACCOUNT])
    assert matching.opened(store, row) == said
    (asked,) = await challenge.challenges_of(store, ACCOUNT, NOW)
    assert challenge.value_of(store, asked) == PHONE
    rows = await _rows(store, "SELECT key, subject, text FROM support_ticket WHERE account = $1", ACCOUNT)
    sealed_texts = {"subject": rows[0]["subject"], "text": rows[0]["text"]}
    assert opened(store, "support_ticket", 10_000_001, rows[0]["key"], sealed_texts) == {
        "subject": "Вход", "text": "Не могу войти",
    }  # fmt: skip
    # Hashes stay under the old key; once that is gone, they say nothing, until the next sign-in.
    assert row.snils_hash is not None
    assert row.snils_hash[0] == 1
    assert [matching.said_before(store, row, number) for number in (SNILS, "00000000000")] == [True, False]
    store.keyring = replace(store.keyring, finding={9: b"f" * 32})
    assert matching.said_before(store, row, SNILS) is None
    await matching.keep(store, matching.Outcome(ACCOUNT, "PENDING", None, None, "REGISTER_SILENT"), said, NOW)
    (row,) = await matching.matches_of(store, [ACCOUNT])
    assert matching.said_before(store, row, SNILS) is True


async def test_signatures_open_under_the_new_key_alone(stores: tuple[SealedStore, SealedStore]) -> None:
    _, store = stores
    (first, second) = [row["id"] for row in await _rows(store, "SELECT id FROM signature ORDER BY id LIMIT 2")]
    for row in (first, second):
        key = new_key()
        await store.execute(
            SIGNATURE, row, store.keyring.wrap(key, "signature", "key", row),
            PersonalKey(key).seal(CMS, "signature", "cms", row),
        )  # fmt: skip
    newer(store)
    assert await rewrapped(store, OF_DOCUMENTS) == 2
    without_old(store)
    assert [opened_cms(store, one) for one in await kept(store, [first, second])] == [b"0\x82\x01"] * 2
    ring = store.keyring
    store.keyring = replace(ring, wrapping={1: b"1" * 32})
    with pytest.raises(SourceUnavailable):
        opened_cms(store, (await kept(store, [first]))[0])


async def _rows(store: SealedStore, text: str, *args: object) -> list[dict[str, Any]]:
    async with store.connection() as connection:
        return [dict(row) for row in await connection.fetch(text, *args)]
