"""A PostgreSQL server of our own, for the demo and the tests: one folder, one server, no TCP.

PostgreSQL refuses to run as root. As root the server therefore runs as an unprivileged user, with its files in folders
that only this program makes; the mode of any other folder is never touched.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sources.embedded.programs import EmbeddedServerFailed, Programs, account

__all__ = ["EmbeddedServer", "EmbeddedServerFailed"]

SUPERUSER = "kabinet"
ROOT_HOME = Path("/var/lib/kabinet")
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # the kernel's limit is 107 bytes; some systems have less
START_SECONDS = 60
WAIT_SECONDS = 10  # for a server that is just starting, or just dying
PROCESSES = Path("/proc")
LOG_TAIL_LINES = 20

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
}
NOT_DURABLE: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedServer:
    """A PostgreSQL server whose whole state belongs to one folder.

    Only who may enter the socket's folder may connect, so that no password is needed. As root the data live under
    `/var/lib/kabinet/<digest of the folder's path>`, and `<folder>/server` says where; without that file the folder is
    taken for a new one. `durable=False` trades safety against a crash of the machine for speed.
    """

    def __init__(self, folder: Path, *, durable: bool = True, connections: int = 100) -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self.connections = connections
        self._account = account()
        self._programs = Programs(self._account, ROOT_HOME)
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        self._home = ROOT_HOME / digest if self._account else self.folder
        self._data = self._home / "data"
        self._log = self._home / "server.log"
        self._socket_folder = self._home / "socket"
        if len(os.fsencode(self._socket_folder / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
            self._socket_folder = Path(tempfile.gettempdir()) / f"kabinet-{os.getuid()}-{digest}"

    def start(self) -> None:
        """Start the server, or find it running; the data are made at the first start.

        Raises:
            EmbeddedServerFailed: it did not come up; the message carries the end of its log.
        """
        with self._alone():
            self._make_folders()
            if self._runs():
                return
            self._forget_dead_server()
            if not (self._data / "PG_VERSION").exists():
                self._initialise()
            settings = {**SETTINGS, "max_connections": str(self.connections), **({} if self.durable else NOT_DURABLE)}
            settings["unix_socket_directories"] = str(self._socket_folder)
            options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
            self._as_owner(
                "pg_ctl",
                "start",
                "-w",
                "-t",
                str(START_SECONDS),
                "-s",
                "-D",
                str(self._data),
                "-l",
                str(self._log),
                "-o",
                options,
            )

    def stop(self) -> None:
        """Stop the server at once but in order; stopping a stopped server does nothing."""
        with self._alone():
            self._stop()

    def discard(self) -> None:
        """Stop the server and delete everything it wrote, the folder itself apart."""
        with self._alone():
            # What it would write in order to begin in order is deleted as well.
            self._stop("immediate")
            self._delete()
            self._pointer.unlink(missing_ok=True)

    def url(self, database: str) -> str:
        """The address of a database, as asyncpg and the migrations take it."""
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self._socket_folder), safe='/')}"

    def ensure_databases(self, names: Iterable[str]) -> None:
        """Create the databases that are missing; the server must run."""
        # Names are checked to be identifiers: psql has no parameters inside a query that writes a query.
        script = "".join(
            f"SELECT format('CREATE DATABASE %I', '{_checked(name)}')"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n"
            for name in names
        )
        connection = f"host='{_quoted(self._socket_folder)}' user={SUPERUSER} dbname=postgres"
        self._done(self._programs.feed(script, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", connection), "psql")

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    @property
    def _pointer(self) -> Path:
        return self.folder / "server"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two processes from starting or stopping the same server at the same time."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "server.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise EmbeddedServerFailed(f"the embedded server's files: {error}{self._log_tail()}") from error

    def _make_folders(self) -> None:
        if self._account:
            ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not self._pointer.exists() and self._home.exists():
                self._stop()
                self._delete()
            self._pointer.write_text(f"{self._home}\n", encoding="utf-8")
            self._own_folder(self._home)
        self._own_folder(self._socket_folder)

    def _own_folder(self, folder: Path) -> None:
        """Make a private folder of the server's user, or make sure that an existing one is that."""
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self._account:
                os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        found = folder.lstat()
        owner = self._account.pw_uid if self._account else os.getuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise EmbeddedServerFailed(f"{folder} is not a private folder of the server's user")

    def _initialise(self) -> None:
        if self._data.exists():
            shutil.rmtree(self._data)  # a first start that was cut short
        self._as_owner(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        )

    def _runs(self) -> bool:
        """Whether a server of this folder takes statements; waits for one that is starting or dying."""
        until = time.monotonic() + WAIT_SECONDS
        while self._lives() and time.monotonic() < until:
            if self._listens():
                ready = self._programs.run("pg_isready", "-q", "-t", str(START_SECONDS), "-h", str(self._socket_folder))
                return ready.returncode == 0
            time.sleep(0.02)
        return False

    def _lives(self) -> bool:
        """Whether the process that the pid file names is a server of these data; trusted where there is no /proc."""
        with suppress(OSError, ValueError, IndexError):
            pid = int(self._pid_file.read_text().splitlines()[0])
            return self._works_here(PROCESSES / str(pid)) if PROCESSES.is_dir() else True
        return False

    def _works_here(self, process: Path) -> bool:
        """Whether a process stands in the folder of the data, as everything of a server does."""
        with suppress(OSError):
            return (process / "cwd").samefile(self._data)
        return False

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(self._socket_folder / SOCKET_NAME)) == 0

    def _forget_dead_server(self) -> None:
        """Remove what a dead server left, once the last of its processes is gone."""
        if not self._pid_file.exists() or self._lives():
            return
        until = time.monotonic() + WAIT_SECONDS
        while any(map(self._works_here, PROCESSES.glob("[0-9]*"))):
            if time.monotonic() > until:
                return
            time.sleep(0.02)
        self._pid_file.unlink(missing_ok=True)
        (self._socket_folder / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _stop(self, mode: str = "fast") -> None:
        if self._lives():
            self._as_owner("pg_ctl", "stop", "-w", "-t", str(START_SECONDS), "-s", "-m", mode, "-D", str(self._data))
        else:
            self._forget_dead_server()

    def _delete(self) -> None:
        shutil.rmtree(self._home if self._account else self._data, ignore_errors=True)
        shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._log.unlink(missing_ok=True)

    def _as_owner(self, *command: str) -> None:
        self._done(self._programs.run_as_owner(*command), command[0])

    def _done(self, done: "subprocess.CompletedProcess[bytes]", program: str) -> None:
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip()
            raise EmbeddedServerFailed(f"{program} failed ({done.returncode}): {said}{self._log_tail()}")

    def _log_tail(self) -> str:
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "".join(f"\n  {line}" for line in lines[-LOG_TAIL_LINES:])


def _checked(name: str) -> str:
    if not name.isidentifier():
        raise ValueError("the name of a database is made of letters, digits and underscores")
    return name


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")
