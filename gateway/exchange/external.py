"""What is shown to external services of organisations, as a file of the operator lists it by the names of secrets.

    {"telemed-1": {"organization": "1027700132195", "host": "telemed.example.org", "token": "telemed.token"}}

Files are named from its folder. `token` has what is shown as a bearer, to this host alone and for the organisation of
this ОГРН alone: whoever configures a service elsewhere does not get at it. `authority` vouches for the server (PEM),
and `private` lets it have an address of a private net.
"""

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sources.external_service import DueService

MOST: Final = 1_000
_NAME: Final = re.compile("[a-z0-9][a-z0-9._-]{0,63}")
_OGRN: Final = re.compile("[0-9]{13}|[0-9]{15}")
_HOST: Final = re.compile("[a-z0-9][a-z0-9.-]*")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_REQUIRED: Final = frozenset({"organization", "host", "token"})
_MEMBERS: Final = _REQUIRED | {"authority", "private"}


class SecretsInvalid(Exception):
    """The file lists no secrets; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown to one host for one organisation.

    Attributes:
        ogrn: of the organisation.
        authority: the file with whoever vouches for the server; None for those whom the system trusts.
        private: whether the server may have an address of a private net.
    """

    ogrn: str
    host: str
    token: str = field(repr=False)
    authority: Path | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class ExternalServer:
    """A service that is asked, and what is shown to it."""

    endpoint: str
    secret: Secret

    @property
    def private(self) -> bool:
        """Whether it may have an address of a private net."""
        return self.secret.private

    def context(self) -> ssl.SSLContext:
        """How it proves who it is.

        Raises:
            OSError: the file of its authority cannot be read any more.
        """
        authority = self.secret.authority
        return ssl.create_default_context(cafile=None if authority is None else str(authority))

    def headers(self) -> dict[str, str]:
        """What goes before the question."""
        return {"authorization": f"Bearer {self.secret.token}", "accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the operator keeps, by name."""

    by_name: Mapping[str, Secret] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def server(self, service: DueService) -> ExternalServer | None:
        """How a service is asked; None where nothing is kept for its organisation and its host under that name."""
        found = self.by_name.get(service.secret_name)
        fits = found is not None and (found.ogrn, found.host) == (service.ogrn, urlsplit(service.endpoint).hostname)
        return ExternalServer(service.endpoint, found) if found is not None and fits else None

    def shown(self) -> str:
        """Which there are, for an operator to read."""
        return ", ".join(sorted(self.by_name)) or "unset"


def read_secrets(file: Path) -> Secrets:
    """The secrets that a file lists.

    Raises:
        SecretsInvalid: something is wrong.
    """
    try:
        said: Any = json.loads(file.read_bytes())
    except (OSError, ValueError):
        raise SecretsInvalid(["expected a JSON file"]) from None
    if not isinstance(said, dict) or not 1 <= len(said) <= MOST:
        raise SecretsInvalid([f"expected an object with 1 to {MOST} secrets by their names"])
    faults: list[str] = []
    found: dict[str, Secret] = {}
    for place, (name, entry) in enumerate(said.items(), 1):
        wrong = [*_wrong(name, entry, file.parent)]
        faults += (f"{place}: {fault}" for fault in wrong)
        if not wrong:
            authority = entry.get("authority")
            found[name] = Secret(
                entry["organization"], entry["host"], _token(file.parent / entry["token"]),
                None if authority is None else file.parent / authority, entry.get("private", False),
            )  # fmt: skip
    if faults:
        raise SecretsInvalid(faults)
    return Secrets(found)


def _wrong(name: str, entry: Any, folder: Path) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield "expected a name of 1 to 64 of a–z, 0–9, '.', '_' and '-'"
    if not isinstance(entry, dict) or not set(entry) >= _REQUIRED or set(entry) - _MEMBERS:
        yield f"expected an object with {', '.join(sorted(_REQUIRED))}, and perhaps authority and private"
        return
    for member, shape in (("organization", _OGRN), ("host", _HOST)):
        if not isinstance(entry[member], str) or not shape.fullmatch(entry[member]):
            yield f"{member}: expected {'an ОГРН' if shape is _OGRN else 'a host in lower case'}"
    if not isinstance(entry["token"], str) or not _TOKEN.fullmatch(_token(folder / entry["token"])):
        yield "token: expected a file with a token of one line"
    if not isinstance(entry.get("private", False), bool):
        yield "private: expected true or false"
    if "authority" in entry and not _vouches(entry["authority"], folder):
        yield "authority: expected a PEM file"


def _token(path: Path) -> str:
    """What a file of a token says; nothing where it cannot be read."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _vouches(name: Any, folder: Path) -> bool:
    try:
        ssl.create_default_context(cafile=str(folder / name))
    except (OSError, TypeError):
        return False
    return True
