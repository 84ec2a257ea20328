import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sources.clinical.note import NOTE
from sources.clinical.opening import Opened
from sources.clinical.patient import PATIENT, REPRESENTATIVE
from sources.clinical.reading import records
from sources.clinical.sealed import SEALED
from sources.embedded import EmbeddedServer
from sources.embedded.programs import Programs, account
from sources.postgres.failure import SourceUnavailable
from sources.sealed_store import SealedStore
from sources.sealing import Keyring
from tests.gateway.world.worlds import World
from tests.keys import KEYRING
from tests.sources.clinical.conftest import ask

FIRST_MET = date(2024, 1, 1)
BYTES = re.compile(r"\\\\x[0-9a-f]+")


@pytest.fixture(scope="module")
def dump(own_urls: dict[str, str]) -> str:
    """A backup of the clinical store as PostgreSQL makes it, in plain text."""
    done = program("pg_dump", "--no-owner", own_urls["clinical"])
    assert done.returncode == 0
    return done.stdout.decode()


def program(name: str, *arguments: str, script: str = "") -> "subprocess.CompletedProcess[bytes]":
    programs = Programs(account(), Path("/var/lib/kabinet"))
    return programs.feed(script, name, *arguments)


def spoken(value: object) -> set[str]:
    """A value as it might stand in a dump: as it is, folded, and a day in its forms."""
    text = str(value)
    found = {text, text.lower(), text.upper()}
    if isinstance(value, date):
        found |= {value.strftime("%d.%m.%Y"), value.strftime("%Y%m%d")}
    return found


def test_a_backup_tells_nothing_of_a_named_person(dump: str, village: World) -> None:
    lines, folded = dump.splitlines(), dump.lower()
    assert sum(line.startswith("COPY public.") for line in lines) >= 15
    kept: dict[str, set[str]] = {}
    for table, sealed in SEALED.items():
        if table not in village:  # acts alone write it
            continue
        for name in sealed.columns:
            values = {part for row in village[table] if row[name] is not None for part in spoken(row[name])}
            if name == "birth_on":
                # A younger patient may have been born on a day on which somebody else was met.
                values = {part for row in village[table] if row[name] < FIRST_MET for part in spoken(row[name])}
            kept[f"{table}.{name}"] = {value for value in values if len(value) > 3}
    assert len(kept) >= 18
    assert sum(map(len, kept.values())) > 3_000
    # Texts of notes are looked for by their words too.
    kept["words"] = {
        word.strip(".,:()").lower()
        for row in village["note"]
        for word in row["text"].split()
        if len(word) > 5 and not word.isascii()
    }
    # Among bytes, eight digits of a day stand by chance: there a value is looked for as the bytes of it.
    words, found = BYTES.sub("", folded), {}
    for column, values in kept.items():
        if told := {one for one in values if one.lower() in words or one.encode().hex() in folded}:
            found[column] = told
    assert found == {}
    # That it could be found is seen on what is no secret.
    assert all(row["code"] in dump for row in village["condition"][:20])


def test_with_the_keys_a_backup_is_read_again_and_without_them_it_is_lost(
    server: EmbeddedServer, dump: str, village: World, own_urls: dict[str, str]
) -> None:
    import asyncio

    server.ensure_databases(["ward_restored"])
    url = server.url("ward_restored")
    # A backup may be newer than who restores it wants to know; what it creates must be new.
    done = program("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url, script=dump)
    assert done.returncode == 0, done.stdout

    async def look() -> None:
        store = SealedStore("clinical", url, keyring=KEYRING, deadline=10)
        await all_as_made(store, PATIENT, village["patient"])
        await all_as_made(store, REPRESENTATIVE, village["representative"])
        await all_as_made(store, NOTE, [row for row in village["note"] if row["state"] == "SIGNED"])
        store.keyring = Keyring({2: b"x" * 32}, {})
        with pytest.raises(SourceUnavailable):
            await records(store, PATIENT, [1], ask("family_name"))
        await store.close()

    asyncio.run(look())


async def all_as_made(store: SealedStore, kind: Any, made: list[dict[str, Any]]) -> None:
    found: dict[int, Opened] = await records(store, kind, [row["id"] for row in made], ask())
    for row in made:
        assert {name: found[row["id"]][name] for name in row} == row
