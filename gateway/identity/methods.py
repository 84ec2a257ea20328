"""By which methods people sign in: the file that KABINET_SIGN_IN names, all its faults told at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from auth.accounts import ISSUER_NAME, OPERATOR
from auth.claims_map import ESIA, KEYCLOAK, ClaimsMap, claims_map_of
from auth.keyset import ALGORITHMS
from gateway.identity.issuers import EVERY_ORGANIZATION, IssuerSettings
from gateway.identity.listed import ListInvalid, listed

GOST: Final = "GOST3410_2012_256"
ESIA_SCOPES: Final = ("openid", "fullname", "birthdate", "gender", "snils")
OPENID_SCOPES: Final = ("openid", "profile")
METHOD_ID: Final = re.compile("[a-z][a-z0-9-]{0,31}")
AUTHENTICATIONS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
# The members of a profile, and what an OpenID provider calls them unless the file says otherwise.
PROFILE: Final = ("snils", "family_name", "given_name", "patronymic", "birth_on")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

_SHARED: Final = frozenset(
    {"id", "kind", "title", "title_en", "issuer", "client_id", "scopes", "claims", "first", "name", "organizations"}
)
_OF_ESIA: Final = frozenset({"address", "key", "signer", "certificate", "certificate_hash", "keys"})
_OF_OPENID: Final = frozenset({"authentication", "secret", "key", "algorithms", "profile"})
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
_HASH: Final = re.compile("[0-9a-fA-F]{64}")
_CLAIM: Final = re.compile("[A-Za-z0-9_:./-]{1,128}")

# By a СНИЛС somebody comes in to whatever account its person has, with all the rights of it.
_OF_EVERYBODY: Final = (
    f'expected organizations to be "{EVERY_ORGANIZATION}": whoever tells who somebody is opens accounts of everybody'
)


class Kind(StrEnum):
    """How a method is spoken to."""

    ESIA = "ESIA"
    OPENID = "OPENID"


class MethodsInvalid(ListInvalid):
    """The file makes no list of methods; `faults` say where and what is expected, and hold no values."""


@dataclass(frozen=True, slots=True)
class IdKey:
    """A public key of ЕСИА's id tokens, and the one algorithm that it is for."""

    algorithm: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of sign-in as configured.

    Attributes:
        id: what it is called in addresses, 1 to 32 of a-z, 0-9 and -.
        title, title_en: what a button says.
        issuer: what its id tokens name as theirs.
        name: what accounts begin with that are made for people first seen by this method; None where they are its
            subjects as they are (`auth/accounts.py`).
        organizations: those for which such accounts may speak; None for all.
        claims: how sure a sign-in was.
    """

    id: str
    title: str
    title_en: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    claims: ClaimsMap
    name: str | None = None
    organizations: frozenset[int] | None = None

    @property
    def kind(self) -> Kind:
        """How it is spoken to."""
        return Kind.ESIA if isinstance(self, EsiaMethod) else Kind.OPENID

    @property
    def believed(self) -> bool:
        """Whether it is believed about who somebody is, and not only that he is the same as before."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class EsiaMethod(Method):
    """ЕСИА, or what speaks as it does.

    Attributes:
        address: where it is, without a slash at the end.
        signer: the command that signs standard input, the raw signature on standard output.
        certificate: the certificate of this system; None where the hash is given.
        certificate_hash: its hash, 64 hexadecimal digits; None where the certificate is given.
    """

    address: str
    signer: tuple[str, ...]
    certificate: Path | None
    certificate_hash: str | None
    keys: tuple[IdKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdMethod(Method):
    """A provider that is found by the discovery of OpenID Connect.

    Attributes:
        authentication: how this service shows itself at the token endpoint.
        secret: the file with the client's secret, or with its private key.
        profile: which claim tells each of `PROFILE`; empty where the provider is not believed about who somebody is.
    """

    authentication: str
    secret: Path
    algorithms: frozenset[str]
    profile: Mapping[str, str] = field(default_factory=dict)

    @property
    def believed(self) -> bool:
        """Only where it tells whose papers it has seen."""
        return bool(self.profile)


def read_methods(path: Path) -> tuple[Method, ...]:
    """Read the list of methods; relative files in it are looked for beside it.

    Raises:
        MethodsInvalid: the file cannot be read, or anything in it is missing, unknown or malformed.
    """
    content = listed(path, MethodsInvalid)
    if not isinstance(content, list) or not content:
        raise MethodsInvalid(["expected a list of methods with at least one"])
    faults: list[str] = []
    found = [_method(f"method {number}", entry, path.parent, faults) for number, entry in enumerate(content, 1)]
    methods = tuple(one for one in found if one is not None)
    for what, told in (
        ("id", [one.id for one in methods]),
        ("issuer", [one.issuer for one in methods]),
        ("name", [one.name for one in methods]),
    ):
        if len(set(told)) < len(told):
            faults.append(
                f"expected every {what} once" if what != "name" else "expected every name once, and one first"
            )
    if faults:
        raise MethodsInvalid(faults)
    return methods


def at_odds(methods: Sequence[Method], issuers: Sequence[IssuerSettings]) -> list[str]:
    """What is wrong between methods and issuers of tokens: whose account a subject is must not depend on the door."""
    by_issuer = {one.issuer: one.name for one in issuers}
    by_name = {one.name: one.issuer for one in issuers}
    reaches = {one.issuer: one.organizations for one in issuers}
    faults = []
    for number, one in enumerate(methods, 1):
        if one.issuer in by_issuer:
            if by_issuer[one.issuer] != one.name:
                faults.append(f"method {number}: expected the name that KABINET_ISSUERS gives its issuer")
            if one.believed and reaches[one.issuer] is not None:
                faults.append(f"method {number}: {_OF_EVERYBODY}, in KABINET_ISSUERS too")
        elif one.name in by_name:
            faults.append(f"method {number}: expected a name that no other issuer in KABINET_ISSUERS has")
    return faults


def is_origin(address: str) -> bool:
    """Whether browsers can come back to an address, and show the cookies that it gives: https, and no path in it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and parts.scheme == "https" and parts.path in {"", "/"} and not parts.query and not parts.username


def shown(one: Method) -> str:
    """A method for a person to read."""
    return f"{one.id} ({one.kind}, {one.issuer})"


class _Entry:
    """One entry of the file: gives its members as what they stand for, and adds what is wrong to the faults."""

    def __init__(self, place: str, members: Mapping[str, Any], folder: Path, faults: list[str]) -> None:
        self.place = place
        self.members = members
        self.folder = folder
        self.faults = faults

    def fault(self, why: str) -> None:
        self.faults.append(f"{self.place}: {why}")

    def words(self, name: str, otherwise: str | None = None, most: int = 1024) -> str:
        value = self.members.get(name, otherwise)
        if isinstance(value, str) and 1 <= len(value) <= most and value.isprintable():
            return value
        self.fault(f"expected {name} to be a text of 1 to {most} characters")
        return ""

    def url(self, name: str, *, plain: bool = False) -> str:
        """An https URL without password, query and fragment; `plain` lets http be, for a name that is not asked."""
        value = self.words(name)
        try:
            parts = urlsplit(value)
            host, odd = parts.hostname, parts.username or parts.password or parts.query or parts.fragment
        except ValueError:
            host, odd = None, None
        safe = parts.scheme == "https" or (parts.scheme == "http" and (plain or host in LOOPBACK)) if host else False
        if value and (not safe or odd):
            self.fault(f"expected {name} to be an https URL without a password, a query or a fragment")
        return value

    def file(self, name: str) -> Path:
        path = self.folder / Path(self.words(name)).expanduser()
        if self.members.get(name) and not path.is_file():
            self.fault(f"expected {name} to be a file that is there")
        return path

    def scopes(self, otherwise: tuple[str, ...]) -> tuple[str, ...]:
        value = self.members.get("scopes", list(otherwise))
        fit = isinstance(value, list) and 1 <= len(value) <= 64 and all(isinstance(one, str) for one in value)
        if not fit or "openid" not in value or not all(map(_SCOPE.fullmatch, value)):
            self.fault("expected scopes to be a list of words, openid among them")
            return otherwise
        return tuple(value)

    def argv(self, name: str) -> tuple[str, ...]:
        value = self.members.get(name)
        if isinstance(value, list) and 1 <= len(value) <= 64 and all(isinstance(one, str) and one for one in value):
            return tuple(value)
        self.fault(f"expected {name} to be a list: the command and its arguments")
        return ()


def _method(place: str, members: object, folder: Path, faults: list[str]) -> Method | None:
    if not isinstance(members, dict):
        faults.append(f"{place}: expected an object")
        return None
    entry, before = _Entry(place, members, folder, faults), len(faults)
    kind = members.get("kind")
    if kind not in set(Kind):
        entry.fault("expected kind to be ESIA or OPENID")
        return None
    known = _SHARED | (_OF_ESIA if kind == Kind.ESIA else _OF_OPENID)
    if not set(members) <= known:
        entry.fault(f"expected no other members than {', '.join(sorted(known))}")
    if not isinstance(members.get("id"), str) or not METHOD_ID.fullmatch(members["id"]):
        entry.fault("expected id to be 1 to 32 of a-z, 0-9 and -, beginning with a letter")
    title = entry.words("title", most=64)
    shared: dict[str, Any] = {
        "id": members.get("id"),
        "title": title,
        "title_en": entry.words("title_en", title or "-", most=64),
        "issuer": entry.url("issuer", plain=kind == Kind.ESIA),
        "client_id": entry.words("client_id", most=256),
        "claims": claims_map_of(place, members, faults, ESIA if kind == Kind.ESIA else KEYCLOAK),
        "name": _name(entry),
        "organizations": _organizations(entry),
    }
    found = _esia(entry, shared) if kind == Kind.ESIA else _openid(entry, shared)
    if found.believed and found.organizations is not None:
        entry.fault(_OF_EVERYBODY)
    return found if len(faults) == before else None


def _esia(entry: _Entry, shared: Mapping[str, Any]) -> Method:
    members = entry.members
    if ("key" in members) is ("signer" in members):
        entry.fault("expected key, a file for OpenSSL, or signer, a command, and not both")
    if ("certificate" in members) is ("certificate_hash" in members):
        entry.fault("expected certificate, a file, or certificate_hash, and not both")
    signer = entry.argv("signer") if "signer" in members else ()
    if "key" in members:
        signer = ("openssl", "dgst", "-engine", "gost", "-md_gost12_256", "-sign", str(entry.file("key")))
    told = members.get("certificate_hash")
    if "certificate_hash" in members and not (isinstance(told, str) and _HASH.fullmatch(told)):
        entry.fault("expected certificate_hash to be 64 hexadecimal digits")
    return EsiaMethod(
        **shared,
        scopes=entry.scopes(ESIA_SCOPES),
        address=entry.url("address").rstrip("/"),
        signer=signer,
        certificate=entry.file("certificate") if "certificate" in members else None,
        certificate_hash=told if isinstance(told, str) else None,
        keys=_id_keys(entry),
    )


def _id_keys(entry: _Entry) -> tuple[IdKey, ...]:
    listed = entry.members.get("keys")
    if not isinstance(listed, list) or not 1 <= len(listed) <= 16:
        entry.fault("expected keys, a list of the keys of its id tokens, with at least one")
        return ()
    found = []
    for one in listed:
        if not isinstance(one, dict) or set(one) != {"algorithm", "file"} or one["algorithm"] not in {"RS256", GOST}:
            entry.fault(f"expected each of keys to have algorithm, RS256 or {GOST}, and file")
        else:
            inner = _Entry(f"{entry.place}, keys", one, entry.folder, entry.faults)
            found.append(IdKey(one["algorithm"], inner.file("file")))
    return tuple(found)


def _openid(entry: _Entry, shared: Mapping[str, Any]) -> Method:
    members = entry.members
    authentication = members.get("authentication", AUTHENTICATIONS[0])
    if authentication not in AUTHENTICATIONS:
        entry.fault(f"expected authentication to be one of {', '.join(AUTHENTICATIONS)}")
    holds, other = ("key", "secret") if authentication == AUTHENTICATIONS[2] else ("secret", "key")
    if other in members:
        entry.fault(f"expected no {other}: with this authentication there is {holds}")
    algorithms = members.get("algorithms", ["RS256"])
    if not isinstance(algorithms, list) or not algorithms or not all(one in ALGORITHMS for one in map(str, algorithms)):
        entry.fault(f"expected algorithms to be some of {', '.join(sorted(ALGORITHMS))}")
        algorithms = []
    return OpenIdMethod(
        **shared,
        scopes=entry.scopes(OPENID_SCOPES),
        authentication=str(authentication),
        secret=entry.file(holds),
        algorithms=frozenset(map(str, algorithms)),
        profile=_profile(entry),
    )


def _profile(entry: _Entry) -> Mapping[str, str]:
    told = entry.members.get("profile", {})
    fit = isinstance(told, dict) and set(told) <= set(PROFILE) and all(isinstance(one, str) for one in told.values())
    if not fit or not all(map(_CLAIM.fullmatch, told.values())) or (told and "snils" not in told):
        entry.fault(f"expected profile to name claims for snils and at most {', '.join(PROFILE[1:])}")
        return {}
    return dict(told)


def _name(entry: _Entry) -> str | None:
    members = entry.members
    if ("first" in members) is ("name" in members) or members.get("first", True) is not True:
        entry.fault("expected first, which is true, or a name")
    if "name" not in members:
        return None
    name = members["name"]
    if not isinstance(name, str) or not ISSUER_NAME.fullmatch(name) or name == OPERATOR:
        entry.fault(f"expected name to be 2 to 32 of a-z, 0-9 and -, beginning with a letter, and not {OPERATOR}")
        return None
    if "organizations" not in members:
        entry.fault(f'expected organizations, those for which it may speak, or "{EVERY_ORGANIZATION}"')
    return name


def _organizations(entry: _Entry) -> frozenset[int] | None:
    value = entry.members.get("organizations", EVERY_ORGANIZATION)
    if value == EVERY_ORGANIZATION:
        return None
    if isinstance(value, list) and all(type(one) is int and 0 < one < 2**63 for one in value):
        return frozenset(value)
    entry.fault(f'expected organizations to be a list of their numbers, or "{EVERY_ORGANIZATION}"')
    return frozenset()
