"""Which apps and machines may have tokens: the file that KABINET_CLIENTS names, all its faults told at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from auth.accounts import account_of
from auth.keyset import ALGORITHMS
from gateway.identity.certificates import fingerprint
from gateway.identity.issuers import place_of_keys
from gateway.identity.listed import ListInvalid, listed
from gateway.identity.redirects import FORMS, is_redirect

APP: Final = "APP"
SERVICE: Final = "SERVICE"
MOST_CLIENTS: Final = 1_000
MOST_REDIRECTS: Final = 20
_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
_OF_APPS: Final = frozenset({"client", "kind", "redirects"})
_OF_SERVICES: Final = frozenset({"client", "kind", "account", "organization", "jwks"})
_MORE_OF_SERVICES: Final = frozenset({"algorithms", "certificate"})


class ClientsInvalid(ListInvalid):
    """The file makes no list of clients; `faults` say where and what is expected, and hold no values."""


@dataclass(frozen=True, slots=True)
class App:
    """An app that people sign in to; it can keep no secret, and proves itself by where it is found alone."""

    client: str
    redirects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A machine that asks in its own name.

    Attributes:
        account: whose rights it has, as the stores know it; `organization` is the only one for which it may speak.
        jwks: the file or the URL of its public keys.
        certificate: the SHA-256 of the certificate that it has to come with; None where it needs none.
    """

    client: str
    account: str
    organization: int
    jwks: Path | str
    algorithms: frozenset[str] = ALGORITHMS
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Clients:
    """All that are registered, by the name that they give."""

    apps: Mapping[str, App] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)

    @property
    def reach(self) -> Mapping[str, frozenset[int]]:
        """For which organisations the accounts of services may speak."""
        return {one.account: frozenset({one.organization}) for one in self.services.values()}

    @property
    def certificates(self) -> Mapping[str, bytes]:
        """The certificates that machines have to come with, by the names of those that have one."""
        return {name: one.certificate for name, one in self.services.items() if one.certificate is not None}

    def shown(self) -> str:
        """How many there are of each kind, for a person to read."""
        return f"{len(self.apps)} apps, {len(self.services)} services"


def read_clients(path: Path) -> Clients:
    """Read the list of clients; relative files of keys are looked for beside it.

    Raises:
        ClientsInvalid: the file cannot be read, or anything in it is missing, unknown or malformed.
    """
    content = listed(path, ClientsInvalid)
    if not isinstance(content, list) or len(content) > MOST_CLIENTS:
        raise ClientsInvalid([f"expected a list of at most {MOST_CLIENTS} clients"])
    faults: list[str] = []
    found = [_client(f"client {number}", entry, path.parent, faults) for number, entry in enumerate(content, 1)]
    names = [one.client for one in found if one is not None]
    if len(set(names)) < len(names):
        faults.append("expected every client once")
    services = [one for one in found if isinstance(one, Service)]
    if len({one.account for one in services}) < len(services):
        faults.append("expected every account once: whoever speaks for two organisations has two accounts")
    if faults:
        raise ClientsInvalid(faults)
    return Clients(
        {one.client: one for one in found if isinstance(one, App)},
        {one.client: one for one in services},
    )


def _client(place: str, entry: object, folder: Path, faults: list[str]) -> App | Service | None:
    if not isinstance(entry, dict) or entry.get("kind") not in {APP, SERVICE}:
        faults.append(f"{place}: expected an object with the kind {APP} or {SERVICE}")
        return None
    before, name = len(faults), entry.get("client")
    needed, more = (_OF_APPS, frozenset[str]()) if entry["kind"] == APP else (_OF_SERVICES, _MORE_OF_SERVICES)
    if not needed <= set(entry) <= needed | more:
        besides = f", and at most {', '.join(sorted(more))} besides" if more else " and no other"
        faults.append(f"{place}: expected the members {', '.join(sorted(needed))}{besides}")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        faults.append(f"{place}: expected client to be 2 to 64 of letters, digits, dot, _ and -, no sign first")
        name = ""
    made = _app(place, name, entry, faults) if entry["kind"] == APP else _service(place, name, entry, folder, faults)
    return made if len(faults) == before else None


def _app(place: str, name: str, entry: Mapping[str, Any], faults: list[str]) -> App:
    redirects = entry.get("redirects")
    if not isinstance(redirects, list) or not 1 <= len(redirects) <= MOST_REDIRECTS:
        faults.append(f"{place}: expected redirects to be a list of 1 to {MOST_REDIRECTS} addresses")
        redirects = []
    for number, one in enumerate(redirects, 1):
        if not is_redirect(one):
            faults.append(f"{place}, redirect {number}: expected {FORMS}, without query and fragment")
    return App(name, tuple(str(one) for one in redirects))


def _service(place: str, name: str, entry: Mapping[str, Any], folder: Path, faults: list[str]) -> Service:
    account, organization = entry.get("account"), entry.get("organization")
    if (
        not isinstance(account, str)
        or not 1 <= len(account) <= 128
        or not account.isprintable()
        or account_of(None, account) is None
    ):
        faults.append(f"{place}: expected account to be a text of 1 to 128 characters, and no other issuer's")
        account = ""
    if type(organization) is not int or not 0 < organization < 2**63:
        faults.append(f"{place}: expected organization to be the number of one")
        organization = 0
    jwks = entry.get("jwks")
    if not isinstance(jwks, str) or not 1 <= len(jwks) <= 1024 or not jwks.isprintable():
        faults.append(f"{place}: expected jwks to be a text of 1 to 1024 characters")
        jwks = ""
    keys = place_of_keys(place, jwks, folder, faults) if jwks else ""
    algorithms = entry.get("algorithms", sorted(ALGORITHMS))
    if not isinstance(algorithms, list) or not algorithms or not all(one in ALGORITHMS for one in map(str, algorithms)):
        faults.append(f"{place}: expected algorithms to be some of {', '.join(sorted(ALGORITHMS))}")
        algorithms = []
    certificate = fingerprint(entry["certificate"]) if "certificate" in entry else None
    if certificate is None and "certificate" in entry:
        faults.append(f"{place}: expected certificate to be the SHA-256 of one (x5t#S256), in base64url or hexadecimal")
    return Service(name, account, organization, keys, frozenset(map(str, algorithms)), certificate)
