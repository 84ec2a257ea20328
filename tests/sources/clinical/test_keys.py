import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.places import keyring
from sources.clinical.patient import PATIENT
from sources.clinical.reading import records
from sources.clinical.rotating import KeyState, key_states, rotate_some
from sources.embedded import EmbeddedServer
from sources.sealed_store import SealedStore
from sources.sealing import Keyring
from tests.gateway.world.worlds import World
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYRING, KEYS, VARIABLE
from tests.served.process import KABINET
from tests.sources.clinical.conftest import ask
from tests.sources.clinical.finding import of_insurance, of_name

BOTH = f"{KEYS},2:{'2b' * 32},find2:{'f2' * 32}"
ALL = [*range(1, 201)]


def ring(text: str) -> Keyring:
    found = keyring(text)
    assert found is not None
    return found


NEWER = ring(BOTH)
NEWEST_ALONE = Keyring({2: NEWER.wrapping[2]}, {2: NEWER.finding[2]})


@pytest.fixture
def copied(server: EmbeddedServer, own_urls: dict[str, str]) -> Iterator[str]:
    """The address of a copy of the clinical store, for one test."""

    async def run(*statements: str) -> None:
        store = SealedStore("postgres", server.url("postgres"), pool=1, deadline=30)
        async with store.connection() as one:
            for statement in statements:
                await one.execute(statement)
        await store.close()

    asyncio.run(
        run("DROP DATABASE IF EXISTS ward_copy", "CREATE DATABASE ward_copy TEMPLATE ward_clinical STRATEGY file_copy")
    )
    yield server.url("ward_copy")
    asyncio.run(run("DROP DATABASE ward_copy WITH (FORCE)"))


@pytest.fixture
async def newer(copied: str) -> AsyncIterator[SealedStore]:
    """The copy, with newer keys beside those it was filled under."""
    opened = SealedStore("clinical", copied, keyring=NEWER, deadline=10)
    yield opened
    await opened.close()


async def versions(store: SealedStore) -> set[tuple[int, int]]:
    async with store.connection() as one:
        return {tuple(row) for row in await one.fetch("SELECT DISTINCT key_version, hash_version FROM patient")}


async def all_read(store: SealedStore, village: World) -> None:
    """Everybody is opened and found, as he was made."""
    found = await records(store, PATIENT, ALL, ask("id", "family_name", "insurance_number"))
    for made in village["patient"]:
        assert found[made["id"]].family_name == made["family_name"]
        assert found[made["id"]].insurance_number == made["insurance_number"]
    for made in [row for row in village["patient"] if row["insurance_number"]][::40]:
        assert await of_insurance(store, made["insurance_number"]) == made["id"]
        assert made["id"] in await of_name(store, made["family_name"], made["given_name"], made["birth_on"])


async def test_everybody_comes_under_the_newest_keys_in_batches_and_is_read_meanwhile(
    newer: SealedStore, village: World
) -> None:
    first = await rotate_some(newer, -1, 90)
    assert (first.last, first.changed, first.failed) == (90, 90, ())
    assert await versions(newer) == {(1, 1), (2, 2)}
    await all_read(newer, village)
    second = await rotate_some(newer, 90, 500)
    assert second.changed == 110
    assert (await rotate_some(newer, -1)).last is None
    assert await versions(newer) == {(2, 2)}
    newer.keyring = NEWEST_ALONE
    await all_read(newer, village)


async def test_a_process_that_rotates_may_be_killed_anywhere(
    newer: SealedStore, village: World, urls: dict[str, str]
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {f"KABINET_{name.upper()}_URL": url for name, url in urls.items()}
    environ |= {"KABINET_PROFILE": "demo", "KABINET_CLINICAL_URL": newer.url, VARIABLE: BOTH}
    environ |= {IDENTITY_VARIABLE: IDENTITY_KEYS, DOCUMENTS_VARIABLE: DOCUMENTS_KEYS}
    async with newer.connection() as holder, newer.connection() as watcher:
        await holder.execute("BEGIN")
        await holder.execute("SELECT FROM patient WHERE id = 150 FOR UPDATE")
        process = await asyncio.create_subprocess_exec(
            KABINET, "keys", "rotate", env=environ, stdout=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + 60
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'ward_copy'"
            while not await watcher.fetchval(waiting) and time.monotonic() < until:
                await asyncio.sleep(0.05)
        finally:
            process.kill()
            await process.wait()
        await holder.execute("ROLLBACK")
    async with newer.connection() as one:
        counted = await one.fetch("SELECT key_version, count(*) FROM patient GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in counted] == [(1, 100), (2, 100)]
    await all_read(newer, village)
    again = await asyncio.create_subprocess_exec(KABINET, "keys", "rotate", env=environ, stdout=subprocess.PIPE)
    said, _ = await again.communicate()
    assert again.returncode == 0
    assert said.decode().splitlines() == [
        "100 patients came under the keys 2 and find2.",
        "0 keys of the identity store came under the key 1.",
        "0 keys of the documents store came under the key 1.",
    ]
    assert await versions(newer) == {(2, 2)}


async def test_whoever_cannot_be_opened_is_named_by_his_key_and_left(newer: SealedStore) -> None:
    async with newer.connection() as one:
        await one.execute(
            "UPDATE patient SET sealed_key = set_byte(sealed_key, 30, 255 - get_byte(sealed_key, 30)) "
            "WHERE id IN (7, 8)"
        )
    done = await rotate_some(newer, -1, 500)
    assert (done.changed, done.failed) == (198, (7, 8))
    assert [one for one in await key_states(newer) if not one.fits] == [
        KeyState("wrapping", 1, held=True, used=True, fits=False)
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (KEYRING, {"find1 fits", "1 fits"}),
        (NEWER, {"find1 fits", "1 fits", "2 is not used yet", "find2 is not used yet"}),
        (NEWEST_ALONE, {"1 is missing", "find1 is missing"}),
        (Keyring({1: b"x" * 32}, KEYRING.finding), {"1 is not the key"}),
        (Keyring(KEYRING.wrapping, {1: b"x" * 32}), {"find1 is not the key"}),
    ],
    ids=["right", "newer beside", "old ones missing", "another that wraps", "another that hashes"],
)
async def test_a_check_tells_which_version_is_missing_or_wrong(
    store: SealedStore, keys: Keyring, told: set[str]
) -> None:
    from gateway.commands.check import _key_said

    store.keyring = keys
    states = await key_states(store)
    said = [_key_said(state) for state in states]
    assert all(any(line.startswith(part) for line in said) for part in told)
    assert all(state.fits for state in states) is not any("missing" in part or "not the key" in part for part in told)


def test_the_command_line_checks_the_keys(own_urls: dict[str, str], tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {f"KABINET_{name.upper()}_URL": url for name, url in own_urls.items()}
    environ |= {"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path)}

    def checked(keys: str) -> tuple[int, str]:
        done = subprocess.run(
            [KABINET, "check"], env=environ | {VARIABLE: keys}, capture_output=True, text=True, check=False
        )
        line: Any = next(line for line in done.stdout.splitlines() if line.startswith(f"{VARIABLE} "))
        return done.returncode, line.removeprefix(VARIABLE).strip()

    assert checked(KEYS) == (0, "find1 fits, 1 fits")
    code, said = checked(f"2:{'2b' * 32},find1:{'f1' * 32}")
    assert code == 1
    assert "1 is missing, and patients are under it" in said
