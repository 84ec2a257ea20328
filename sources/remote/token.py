"""By which token a service knows us: none, that of the caller, or one that lies in a file."""

import re
from pathlib import Path
from time import monotonic
from typing import Final, Protocol

from sources.remote.errand import Errand

LARGEST: Final = 16_384
# A file is looked at this often at most.
LOOK_SECONDS: Final = 1.0
_FILE: Final = "file:"
# What a header can carry after `Bearer`.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


class TokenMissing(Exception):
    """The file holds no token, or cannot be read; says nothing of what it holds."""


class TokenPolicy(Protocol):
    """What a service is shown."""

    def bearer(self, errand: Errand, /) -> str | None:
        """The token for a question; None where none is shown.

        Raises:
            TokenMissing: there should be one, and there is none.
        """
        ...


class NoToken:
    """The service asks for none, or knows us by our certificate."""

    def bearer(self, _errand: Errand, /) -> str | None:
        """Nothing, whoever asks."""
        return None


class CallersToken:
    """The service knows our callers itself; who shows no token is nobody to it either."""

    def bearer(self, errand: Errand, /) -> str | None:
        """What the caller showed us."""
        return errand.bearer


class FiledToken:
    """A token in a file, read anew when the file changes, so that it can be replaced while we run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token: str | None = None
        self._seen: tuple[int, int, int] | None = None
        self._looked = float("-inf")

    def bearer(self, _errand: Errand, /) -> str | None:
        """What the file holds, without the white space around it.

        Raises:
            TokenMissing: the file is not there, cannot be read, is too large, or holds something else.
        """
        now = monotonic()
        if self._token is None or now - self._looked > LOOK_SECONDS:
            self._look()
            self._looked = now
        return self._token

    def _look(self) -> None:
        try:
            found = self._path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen == self._seen:
                return
            self._token = self._seen = None
            said = self._path.read_bytes()[: LARGEST + 1].decode("ascii").strip()
        except (OSError, ValueError):
            self._token = self._seen = None
            raise TokenMissing("expected a file that can be read") from None
        if len(said) > LARGEST or not _TOKEN.fullmatch(said):
            raise TokenMissing("expected a file with a token and nothing else")
        self._token, self._seen = said, seen


def token_policy(text: str) -> TokenPolicy:
    """The policy that a setting means: `none`, `caller`, or `file:` with the whole path of a file.

    Raises:
        ValueError: it means none of these; the message does not repeat it.
    """
    if text == "none":
        return NoToken()
    if text == "caller":
        return CallersToken()
    path = Path(text.removeprefix(_FILE))
    if text.startswith(_FILE) and path.is_absolute():
        return FiledToken(path)
    raise ValueError("expected none, caller, or file: with the whole path of a file")
