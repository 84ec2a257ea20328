"""Two roles of PostgreSQL: one owns the tables and migrates, one serves with what docs/production.md grants it."""

import asyncio
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from gateway.commands.main import app
from gateway.settings import MIGRATING, STORES
from gateway.world.cast import CAST
from gateway.world.loading import load
from sources.embedded import EmbeddedServer
from sources.stores import NAMES, Stores
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYRING, KEYS, VARIABLE
from tests.served.process import KABINET, PATIENCE
from tests.served.production import production

# The page calls the second one kabinet, which is the administrator of the server of these tests.
OWNER, SERVICE = "kabinet_owner", "kabinet_service"
PAGE = Path(__file__).parents[3] / "docs" / "production.md"
PROPOSE = """
mutation { proposeAppointment(input: {appointed: {account: "1000000099"}, function: EXP}) {
  appointment { id } problems { code } } }
"""
NOTED = "SELECT subject, store FROM arrived_audit_entry WHERE act = 'proposeAppointment'"


@pytest.fixture(scope="module")
def places(server: EmbeddedServer) -> dict[str, str]:
    """The addresses of seven databases of an owner of their own, whom nobody else may do anything in."""
    names = [f"apart_{name}" for name in NAMES]
    server.ensure_databases(names)

    async def made() -> None:
        connection = await asyncpg.connect(server.url("postgres"))
        for role in (OWNER, SERVICE):
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(f"CREATE ROLE {role} LOGIN")
        for name in names:
            await connection.execute(f"ALTER DATABASE {name} OWNER TO {OWNER}")
        await connection.close()

    asyncio.run(made())
    return {name: server.url(f"apart_{name}") for name in NAMES}


def of(role: str, places: Mapping[str, str]) -> dict[str, str]:
    return {name: re.sub(r"//[^@]*@", f"//{role}@", url) for name, url in places.items()}


def environ(places: Mapping[str, str], **more: str) -> dict[str, str]:
    """The variables of whoever serves over these stores."""
    return {
        VARIABLE: KEYS,
        IDENTITY_VARIABLE: IDENTITY_KEYS,
        DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
        "KABINET_PROFILE": "demo",
        "KABINET_PORT": "0",
        **{STORES[name]: url for name, url in of(SERVICE, places).items()},
        "KABINET_STORE_DEADLINE": "60",
        "KABINET_DEADLINE": "60",
        **more,
    }


def served(places: Mapping[str, str], **more: str) -> "subprocess.CompletedProcess[str]":
    """What becomes of a process that is to serve."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    return subprocess.run(
        [KABINET, "serve"],
        env=others | environ(places, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def migrates(places: Mapping[str, str], *options: str, **more: str) -> Result:
    """What the command does."""
    others = dict.fromkeys(name for name in os.environ if name.startswith("KABINET_"))
    return CliRunner().invoke(app, ["migrate", *options], env={**others, **environ(places, **more)})


def grants() -> dict[str, str]:
    """The statements of the page, by the word that says where they are executed."""
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index("### Two users for each store") :]
    found = re.findall(r"```sql\n-- in (each database|the journal)[^\n]*\n(.*?)```", part, flags=re.DOTALL)
    return {where: re.sub(r"\bkabinet;", f"{SERVICE};", said) for where, said in found}


def test_who_may_not_migrate_serves_what_another_migrated(places: dict[str, str], tmp_path: Path) -> None:
    apart = {"KABINET_DATA": str(tmp_path / "data"), "KABINET_MIGRATE": "apart"}
    # Nothing is there yet: serving says what to do, and looking says what is missing.
    begun = served(places, **apart)
    assert begun.returncode == 2
    assert begun.stdout == ""
    lines = begun.stderr.splitlines()
    assert len(lines) == len(NAMES)
    assert all(re.fullmatch(r"kabinet: the store \w+: lacks the migrations .*; run `kabinet migrate`", one)
               for one in lines)  # fmt: skip
    looked = migrates(places, "--check", **apart)
    assert looked.exit_code == 1
    assert looked.stdout.count("lacks the migrations") == looked.stdout.count("may not create tables") == len(NAMES)
    # As the user that serves nothing can be migrated, and nothing is.
    tried = migrates(places, **apart)
    assert tried.exit_code == 1
    assert tried.stdout.count("lacks") >= len(NAMES)

    owner = {MIGRATING[name]: url for name, url in of(OWNER, places).items()}
    assert migrates(places, "--check", **apart, **owner).exit_code == 1
    for _ in range(2):
        done = migrates(places, **apart, **owner)
        assert (done.exit_code, done.stdout.count(" migrated\n")) == (0, len(NAMES)), done.output
    assert migrates(places, "--check", **apart, **owner).exit_code == 0

    asyncio.run(_served(places, tmp_path))


async def _served(places: dict[str, str], folder: Path) -> None:
    said = grants()
    for name, url in of(OWNER, places).items():
        connection = await asyncpg.connect(url)
        await connection.execute(said["each database"])
        if name == "journal":
            await connection.execute(said["the journal"])
        await connection.close()
    stores = Stores.from_urls(of(OWNER, places), keyring=KEYRING, deadline=60)
    await load(stores, "village")
    await stores.close()
    async with production(folder, of(SERVICE, places)) as live:
        body = await live.ask("appointer", PROPOSE)
        assert body["data"]["proposeAppointment"]["problems"] == [], body
        body = await live.ask("therapist", '{ practitioner(by: {id: "prac_1"}) { fullName snils } }')
        assert body["data"]["practitioner"]["snils"], body
        journal = await asyncpg.connect(of(SERVICE, places)["journal"])
        async with asyncio.timeout(60):
            while not (rows := await journal.fetch(NOTED)):
                await asyncio.sleep(0.05)
        assert [tuple(row) for row in rows] == [(CAST["appointer"].subject, "journal")]
        for text in (
            "UPDATE read_entry SET subject = 'x'",
            "DELETE FROM arrived_audit_entry",
            "CREATE TABLE mine (id int)",
            "ALTER TABLE read_entry DISABLE TRIGGER ALL",
            "UPDATE alembic_version SET version_num = 'x'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await journal.execute(text)
        await journal.close()
        # Every job has run once by then, under the rights of the user that serves.
        for job in live.application.background.jobs:
            await job.run()
        events = {line["event"] for line in await live.log()}
        assert not events & {"job waits", "fault"}, await live.log()
