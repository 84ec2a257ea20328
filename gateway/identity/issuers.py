"""Whose tokens are believed: the file that KABINET_ISSUERS names, all its faults told at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from auth.accounts import ISSUER_NAME, OPERATOR
from auth.claims_map import KABINET, ClaimsMap, claims_map_of
from auth.keyset import ALGORITHMS
from auth.tokens import AT_JWT, TYPES
from gateway.identity.listed import ListInvalid, listed

# Nobody but the demo profile believes it.
DEMO_ISSUER: Final = "https://demo.kabinet.example/"
EVERY_ORGANIZATION: Final = "*"
_MEMBERS: Final = frozenset({"issuer", "audience", "algorithms", "jwks"})
_MORE: Final = frozenset({"claims", "first", "name", "organizations", "services", "types"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class IssuersInvalid(ListInvalid):
    """The file makes no list of issuers; `faults` say where and what is expected, and hold no values."""


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """One issuer as configured.

    Attributes:
        jwks: the file or the URL of its public keys.
        name: what its accounts begin with; None for the first issuer, whose accounts are its subjects as they are.
        organizations: those for which it may speak; None for all.
        types: what its tokens may call themselves (`typ`).
        claims: how its tokens say how somebody signed in.
        services: whether a token whose subject is its client belongs to a service account.
    """

    issuer: str
    audience: str
    algorithms: frozenset[str]
    jwks: Path | str
    name: str | None = None
    organizations: frozenset[int] | None = None
    types: frozenset[str] = frozenset({AT_JWT})
    claims: ClaimsMap = KABINET
    services: bool = False


def read_issuers(path: Path, *, first: bool = True) -> tuple[IssuerSettings, ...]:
    """Read the list of issuers, one of which has to be the first, or none; a single one without a name is it.

    A relative file of keys is looked for beside the list.

    Raises:
        IssuersInvalid: the file cannot be read, or anything in it is missing, unknown or malformed.
    """
    content = listed(path, IssuersInvalid)
    if not isinstance(content, list) or not content:
        raise IssuersInvalid(["expected a list of issuers with at least one"])
    faults: list[str] = []
    found = [_issuer(f"issuer {number}", entry, path.parent, faults) for number, entry in enumerate(content, 1)]
    issuers = [one.issuer for one in found if one is not None]
    if len(set(issuers)) < len(issuers):
        faults.append("expected every issuer once")
    names = [one.name for one in found if one is not None and one.name is not None]
    if len(set(names)) < len(names):
        faults.append("expected every name once")
    faults.extend(_order(content, first=first))
    if faults:
        raise IssuersInvalid(faults)
    return tuple(one for one in found if one is not None)


def shown(one: IssuerSettings) -> str:
    """An issuer for a person to read: what its accounts are, and for which organisations it may speak."""
    accounts = "the first" if one.name is None else f"accounts {one.name}:…"
    if one.organizations is None:
        return f"{one.issuer} ({accounts}, for every organisation)"
    return f"{one.issuer} ({accounts}, for {', '.join(map(str, sorted(one.organizations))) or 'no organisation'})"


def _issuer(place: str, entry: object, folder: Path, faults: list[str]) -> IssuerSettings | None:
    if not isinstance(entry, dict):
        faults.append(f"{place}: expected an object")
        return None
    before = len(faults)
    if not _MEMBERS <= set(entry) <= _MEMBERS | _MORE:
        needed, more = (", ".join(sorted(names)) for names in (_MEMBERS, _MORE))
        faults.append(f"{place}: expected the members {needed}, and at most {more} besides")
    issuer, audience = _words(place, entry, "issuer", faults), _words(place, entry, "audience", faults)
    algorithms = entry.get("algorithms")
    if not isinstance(algorithms, list) or not algorithms or not all(one in ALGORITHMS for one in map(str, algorithms)):
        faults.append(f"{place}: expected algorithms to be some of {', '.join(sorted(ALGORITHMS))}")
        algorithms = []
    jwks = place_of_keys(place, _words(place, entry, "jwks", faults), folder, faults)
    name, organizations = _name(place, entry, faults), _organizations(place, entry, faults)
    types = entry.get("types", [AT_JWT])
    if not isinstance(types, list) or not types or not all(str(one).lower() in TYPES for one in types):
        faults.append(f"{place}: expected types to be some of {', '.join(sorted(TYPES))}")
        types = []
    called = frozenset(str(one).lower() for one in types)
    services = entry.get("services", False)
    if not isinstance(services, bool):
        faults.append(f"{place}: expected services to be true or false")
    claims = claims_map_of(place, entry, faults)
    if len(faults) > before:
        return None
    return IssuerSettings(
        issuer, audience, frozenset(map(str, algorithms)), jwks, name, organizations, called, claims, services
    )


def _name(place: str, entry: Mapping[str, Any], faults: list[str]) -> str | None:
    name = entry.get("name")
    if entry.get("first", True) is not True:
        faults.append(f"{place}: expected first to be true, or not to be there")
    if "name" not in entry:
        return None
    if "first" in entry:
        faults.append(f"{place}: expected first or a name: the accounts of the first issuer have none")
    if not isinstance(name, str) or not ISSUER_NAME.fullmatch(name):
        faults.append(f"{place}: expected name to be 2 to 32 of a-z, 0-9 and -, beginning with a letter")
        return None
    if name == OPERATOR:
        faults.append(f"{place}: expected another name than {OPERATOR}: so begin the accounts that run commands")
    if "organizations" not in entry:
        faults.append(f'{place}: expected organizations, those for which it may speak, or "{EVERY_ORGANIZATION}"')
    return name


def _organizations(place: str, entry: Mapping[str, Any], faults: list[str]) -> frozenset[int] | None:
    value = entry.get("organizations", EVERY_ORGANIZATION)
    if value == EVERY_ORGANIZATION:
        return None
    if isinstance(value, list) and all(type(one) is int and 0 < one < 2**63 for one in value):
        return frozenset(value)
    faults.append(f'{place}: expected organizations to be a list of their numbers, or "{EVERY_ORGANIZATION}"')
    return frozenset()


def _order(content: Sequence[Any], *, first: bool) -> Iterator[str]:
    """What is wrong with who is the first: to guess would be to take the accounts of one issuer for another's."""
    entries = [entry for entry in content if isinstance(entry, dict)]
    named = [entry for entry in entries if "name" in entry]
    firsts = [entry for entry in entries if "first" in entry]
    if not first:
        if len(named) < len(entries):
            yield "expected every issuer to have a name: the issuer of the demo is the first"
    elif len(entries) == 1 and not named:
        return
    elif len(firsts) != 1:
        yield "expected one issuer with first, whose subjects are accounts as they are, and a name for every other"
    elif len(firsts) + len(named) < len(entries):
        yield "expected a name for every issuer but the first"


def _words(place: str, entry: Mapping[str, Any], name: str, faults: list[str]) -> str:
    value = entry.get(name)
    if isinstance(value, str) and 1 <= len(value) <= 1024 and value.isprintable():
        return value
    faults.append(f"{place}: expected {name} to be a text of 1 to 1024 characters")
    return ""


def place_of_keys(place: str, jwks: str, folder: Path, faults: list[str]) -> Path | str:
    """The file, or the URL, that a set of keys is had from; what is wrong with it goes to `faults`."""
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
