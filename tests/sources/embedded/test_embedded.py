import os
import pwd
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from sources.embedded import EmbeddedServer, EmbeddedServerFailed
from sources.embedded.programs import Programs
from tests.clearing import cleared


@pytest.fixture
def folder() -> Iterator[Path]:
    with cleared("kabinet-server-") as made:
        yield made


def started(folder: Path) -> EmbeddedServer:
    server = EmbeddedServer(folder, durable=False)
    server.start()
    return server


async def asked(server: EmbeddedServer, text: str, database: str = "postgres") -> object:
    connection = await asyncpg.connect(server.url(database))
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close()


def pid_of(server: EmbeddedServer) -> int:
    return int((server._data / "postmaster.pid").read_text().splitlines()[0])


async def test_a_server_of_the_folder_answers_without_tcp(folder: Path) -> None:
    server = started(folder)
    assert str(await asked(server, "SHOW server_version")).startswith("18")
    assert await asked(server, "SHOW listen_addresses") == ""
    assert await asked(server, "SHOW timezone") == "UTC"
    assert await asked(server, "SELECT pg_encoding_to_char(encoding) || datcollate FROM pg_database LIMIT 1") == "UTF8C"
    assert stat.S_IMODE(server._socket_folder.stat().st_mode) == 0o700


async def test_starting_twice_finds_the_running_server(folder: Path) -> None:
    first = pid_of(started(folder))
    assert pid_of(started(folder)) == first


async def test_data_outlive_a_restart_and_databases_are_made_once(folder: Path) -> None:
    server = started(folder)
    server.ensure_databases(["registry", "journal"])
    connection = await asyncpg.connect(server.url("registry"))
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    server.stop()
    server.stop()
    again = started(folder)
    again.ensure_databases(["journal", "registry", "schedule"])
    assert await asked(again, "SELECT answer FROM kept", "registry") == 42


async def test_two_folders_are_two_servers(folder: Path) -> None:
    first, second = started(folder / "first"), started(folder / "second")
    assert pid_of(first) != pid_of(second)
    second.discard()
    assert await asked(first, "SELECT 1") == 1


async def test_a_pid_file_that_names_another_program_does_not_hinder(folder: Path) -> None:
    server = started(folder)
    pid_file = server._data / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *left[1:]]) + "\n")
    assert await asked(started(folder), "SELECT 1") == 1


async def test_a_killed_server_starts_again(folder: Path) -> None:
    server = started(folder)
    os.kill(pid_of(server), signal.SIGKILL)
    assert await asked(started(folder), "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    server = started(folder)
    server.stop()
    (server._data / "PG_VERSION").write_text("9.0\n")
    with pytest.raises(EmbeddedServerFailed, match=r"(?s)pg_ctl failed.*database files are incompatible"):
        started(folder)


def test_a_database_name_is_not_taken_for_sql(folder: Path) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        EmbeddedServer(folder).ensure_databases(["x'; DROP DATABASE postgres; --"])


def test_discarding_leaves_nothing_behind(folder: Path) -> None:
    server = started(folder)
    server.discard()
    assert not server._data.exists()
    assert not server._socket_folder.exists()


def test_no_mode_of_a_folder_of_others_changes(folder: Path) -> None:
    inner = folder / "closed"
    inner.mkdir(mode=0o700)
    watched = [*inner.parents, inner, *EmbeddedServer(folder)._programs.path("postgres").parents]
    before = {path: path.stat().st_mode for path in watched}
    server = started(inner)
    assert {path: path.stat().st_mode for path in watched} == before
    server.discard()


def test_programs_are_copied_where_the_servers_user_cannot_reach_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Programs, "_reaches", lambda *_: False)
    us = pwd.getpwuid(os.getuid())
    programs = Programs(us, folder / "copies")
    assert programs.path("postgres").is_relative_to(folder / "copies")
    assert programs.run("postgres", "--version").returncode == 0
    assert programs.run("psql", "--version").returncode == 0
    assert Programs(us, folder / "copies").path("postgres") == programs.path("postgres")


async def test_a_folder_that_was_deleted_begins_anew(folder: Path) -> None:
    server = started(folder)
    server.ensure_databases(["registry"])
    server.stop()
    shutil.rmtree(folder)
    again = started(folder)
    assert await asked(again, "SELECT count(*) FROM pg_database WHERE datname = 'registry'") == 0
