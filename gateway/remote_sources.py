"""The services that are asked as stores are, as a file of the settings lists them: where, how long, shown what.

    [hospital]
    url = "https://fhir.hospital.example/r4"
    deadline = 0.8
    token = "file:/run/secrets/hospital"
    private = true
    authority = "hospital-ca.pem"

The name is that by which batches know it. All but `url` may be left out. Files are named from the folder of the list.
"""

import re
import ssl
import tomllib
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sources.remote.token import NoToken, TokenPolicy, token_policy

if TYPE_CHECKING:
    from sources.remote.service import Service

LARGEST_FILE: Final = 262_144
MOST: Final = 50
DEADLINE: Final = 0.8
_NAME: Final = re.compile("[a-z][a-z0-9_]{0,31}")
_URL: Final = re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?")
# This machine, whose wires nobody taps.
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_MEMBERS: Final = frozenset({"url", "deadline", "token", "private", "authority"})


class SourcesInvalid(Exception):
    """The file lists no services; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """One of them.

    Attributes:
        deadline: in seconds, for all that one operation asks of it.
        private: whether its server may have an address of a private net.
        authority: the file with whoever vouches for its server; None for those whom the system trusts.
    """

    name: str
    url: str
    deadline: float = DEADLINE
    token: TokenPolicy = field(default_factory=NoToken)
    private: bool = False
    authority: Path | None = None


def opened(listed: Sequence[RemoteSource]) -> "list[Service]":
    """The doors to them; no connection is made yet."""
    if not listed:
        return []
    # Who has no such source does without the library.
    from sources.remote.service import Service

    return [
        Service(
            one.name, one.url, deadline=one.deadline, token=one.token, tls=_trusted(one.authority), private=one.private
        )
        for one in listed
    ]


def read_sources(file: Path, taken: Container[str]) -> tuple[RemoteSource, ...]:
    """The services that a file lists, none by a name that is taken.

    Raises:
        SourcesInvalid: it lists none, or something of it is wrong.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SourcesInvalid([f"expected a file of at most {LARGEST_FILE} bytes"])
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SourcesInvalid(["expected a file of TOML that can be read"]) from None
    if not 0 < len(said) <= MOST:
        raise SourcesInvalid([f"expected a table for each service, at least one and at most {MOST}"])
    faults: list[str] = []
    found = [
        read_source(f"table {number}", *entry, file.parent, taken, faults)
        for number, entry in enumerate(said.items(), 1)
    ]
    if faults:
        raise SourcesInvalid(faults)
    return tuple(one for one in found if one is not None)


def read_source(
    place: str, name: str, entry: Any, folder: Path, taken: Container[str], faults: list[str]
) -> RemoteSource | None:
    """The service of one table, its files named from a folder; what is wrong with it goes to the faults."""
    before = len(faults)
    if not _NAME.fullmatch(name) or name in taken:
        faults.append(f"{place}: expected a name of small letters, digits and underscores that no store has")
    if not isinstance(entry, dict) or "url" not in entry or set(entry) - _MEMBERS:
        faults.append(f"{place}: expected a table with url, and nothing that is not known")
        return None
    url, deadline, private = entry["url"], entry.get("deadline", DEADLINE), entry.get("private", False)
    if not isinstance(url, str) or not _URL.fullmatch(url) or not _safe(url):
        faults.append(f"{place}.url: expected an https address without a query; http only on this machine")
    if isinstance(deadline, bool) or not isinstance(deadline, int | float) or not 0 < deadline <= 60:
        faults.append(f"{place}.deadline: expected seconds above 0 and up to 60, such as 0.8")
    if not isinstance(private, bool):
        faults.append(f"{place}.private: expected true or false")
    token: TokenPolicy = NoToken()
    try:
        token = token_policy(str(entry.get("token", "none")))
    except ValueError as wrong:
        faults.append(f"{place}.token: {wrong}")
    authority = None if "authority" not in entry else folder / str(entry["authority"])
    try:
        _trusted(authority)
    except (OSError, ssl.SSLError):
        faults.append(f"{place}.authority: expected a file of certificates in PEM")
    if len(faults) > before:
        return None
    local = urlsplit(url).hostname in _LOCAL
    return RemoteSource(name, url, float(deadline), token, private or local, authority)


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return port != 0 and (parts.scheme == "https" or parts.hostname in _LOCAL)


@cache
def _trusted(authority: Path | None) -> ssl.SSLContext:
    """Whose certificates are believed; to read them anew for each connection would hold up everybody for tens of ms."""
    return ssl.create_default_context(cafile=None if authority is None else str(authority))
