"""Whose tokens are believed: the file that KABINET_ISSUERS names, all its faults told at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from auth.tokens import ALGORITHMS

# Nobody but the demo profile believes it.
DEMO_ISSUER: Final = "https://demo.kabinet.example/"
LARGEST_FILE: Final = 262_144
_MEMBERS: Final = frozenset({"issuer", "audience", "algorithms", "jwks"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class IssuersInvalid(Exception):
    """The file makes no list of issuers; `faults` say where and what is expected, and hold no values."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """One issuer as configured; `jwks` is the file or the URL of its public keys."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    jwks: Path | str


def read_issuers(path: Path) -> tuple[IssuerSettings, ...]:
    """Read the list of issuers; a relative file of keys is looked for beside the list.

    Raises:
        IssuersInvalid: the file cannot be read, or anything in it is missing, unknown or malformed.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise IssuersInvalid([f"expected a file of at most {LARGEST_FILE} bytes"])
        content = json.loads(path.read_bytes())
    except OSError:
        raise IssuersInvalid(["expected a file that can be read"]) from None
    except (ValueError, RecursionError):
        raise IssuersInvalid(["expected a file of JSON"]) from None
    if not isinstance(content, list) or not content:
        raise IssuersInvalid(["expected a list of issuers with at least one"])
    faults: list[str] = []
    found = [_issuer(f"issuer {number}", entry, path.parent, faults) for number, entry in enumerate(content, 1)]
    names = [one.issuer for one in found if one is not None]
    if len(set(names)) < len(names):
        faults.append("expected every issuer once")
    if faults:
        raise IssuersInvalid(faults)
    return tuple(one for one in found if one is not None)


def _issuer(place: str, entry: object, folder: Path, faults: list[str]) -> IssuerSettings | None:
    if not isinstance(entry, dict):
        faults.append(f"{place}: expected an object")
        return None
    before = len(faults)
    if set(entry) != _MEMBERS:
        faults.append(f"{place}: expected exactly the members {', '.join(sorted(_MEMBERS))}")
    issuer, audience = _words(place, entry, "issuer", faults), _words(place, entry, "audience", faults)
    algorithms = entry.get("algorithms")
    if not isinstance(algorithms, list) or not algorithms or not all(one in ALGORITHMS for one in map(str, algorithms)):
        faults.append(f"{place}: expected algorithms to be some of {', '.join(sorted(ALGORITHMS))}")
        algorithms = []
    jwks = _place_of_keys(place, _words(place, entry, "jwks", faults), folder, faults)
    if len(faults) > before:
        return None
    return IssuerSettings(issuer, audience, frozenset(map(str, algorithms)), jwks)


def _words(place: str, entry: Mapping[str, Any], name: str, faults: list[str]) -> str:
    value = entry.get(name)
    if isinstance(value, str) and 1 <= len(value) <= 1024 and value.isprintable():
        return value
    faults.append(f"{place}: expected {name} to be a text of 1 to 1024 characters")
    return ""


def _place_of_keys(place: str, jwks: str, folder: Path, faults: list[str]) -> Path | str:
    if "://" not in jwks:
        path = folder / Path(jwks).expanduser()
        if jwks and not path.is_file():
            faults.append(f"{place}: expected jwks to be a file that is there, or a URL")
        return path
    try:
        parts = urlsplit(jwks)
        host, secret = parts.hostname, parts.username or parts.password
    except ValueError:
        host, secret = None, None
    if not host or secret or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        faults.append(f"{place}: expected jwks to be an https URL without a password in it")
    return jwks
