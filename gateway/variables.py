"""Reads variables of the environment one by one and gathers what is wrong with them."""

import ipaddress
import math
import re
import shlex
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from gateway.address import Network
from gateway.exchange.external import Secrets, SecretsInvalid, read_secrets
from gateway.exchange.partners import Partners, PartnersInvalid, read_partners
from gateway.exchange.services import RegisterInvalid, ServicesRegister, read_services_register
from gateway.identity.certificates import fingerprint
from gateway.identity.clients import Clients, read_clients
from gateway.identity.issuers import IssuerSettings, read_issuers
from gateway.identity.listed import ListInvalid
from gateway.identity.methods import Method, read_methods
from gateway.identity.routers import read_secrets as read_routers
from gateway.joined.configuration import JoinedInvalid, Joining, read_joined
from gateway.places import KEY_BYTES, database_place, decoded, keyring
from gateway.remote_sources import RemoteSource, SourcesInvalid, read_sources
from gateway.smtp import SmtpSettings, is_sender, smtp_place
from resolvers.supporting import SupportChannel, SupportContact
from sources.files import is_bucket
from sources.sealing import MOST_VERSIONS, Keyring
from sources.signing.making import KeysInvalid, OrganizationKeys, read_keys
from sources.signing.trust import TrustInvalid, read_trust

Default = TypeVar("Default")

PREFIX = "KABINET_"
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
# What a client's program may call itself, where it is to be known by that.
CLIENT_NAME = "[A-Za-z0-9][A-Za-z0-9 ._/@-]{0,63}"
PHONE = re.compile(r"[+]?[0-9][0-9 ()-]{3,31}", re.ASCII)
# This machine, as an address names it.
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?")
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
ADDRESS = re.compile(r"https?://[^\s/@?#]+(/[^\s?#]*)?")


class Reader:
    """Gives each variable as the type it stands for; a faulty one reads as its default and adds to `faults`.

    A fault names the variable and what is expected, never the value: a secret may stand in the wrong place.
    An empty variable counts as unset.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []
        self.known: set[str] = set()

    def text(self, name: str, default: str) -> str:
        """The words as they stand."""
        return self._value(name) or default

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self._value(name)
        if value is None or value in allowed:
            return value or default
        return self._fault(name, f"expected {' or '.join(allowed)}", default)

    def some(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Some of a few words, with commas between them, in the order in which these are known."""
        found = {part.strip() for part in (self._value(name) or "").split(",") if part.strip()}
        if found <= set(allowed):
            return tuple(one for one in allowed if one in found)
        return self._fault(name, f"expected some of {', '.join(allowed)}, with commas between them", ())

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self._value(name)
        if value is None:
            return default
        if re.fullmatch(r"[0-9]{1,9}", value) and least <= int(value) <= most:
            return int(value)
        return self._fault(name, f"expected a whole number from {least} to {most}", default)

    def seconds(self, name: str, default: float) -> float:
        """A length of time; fractions are welcome."""
        value = self._value(name)
        if value is None:
            return default
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if 0 < seconds <= 600:
            return seconds
        return self._fault(name, "expected seconds above 0 and up to 600, such as 1.5", default)

    def folder(self, name: str, default: Path) -> Path:
        """A folder, there already or to be made."""
        value = self._value(name)
        if value is None:
            return default
        path = Path(value).expanduser().absolute()
        if path.exists() and not path.is_dir():
            return self._fault(name, "expected a folder, this is something else", default)
        return path

    def files(self, name: str) -> str:
        """Where sealed files lie: the path of a folder, or the URL of a bucket; empty when nothing is said."""
        value = self._value(name)
        if value is None or is_bucket(value):
            return value or ""
        path = Path(value).expanduser().absolute()
        if "://" in value or (path.exists() and not path.is_dir()):
            return self._fault(name, "expected a folder, or s3://bucket/prefix?endpoint=https://host&region=name", "")
        return str(path)

    def file(self, name: str) -> Path | None:
        """A file; only what needs it looks whether it is there."""
        value = self._value(name)
        return None if value is None else Path(value).expanduser().absolute()

    def trust(self, name: str) -> Path | None:
        """A folder that says which authorities are trusted."""
        path = self.file(name)
        if path is not None:
            try:
                read_trust(path)
            except TrustInvalid as invalid:
                self.faults.extend(f"{name}: {fault}" for fault in invalid.faults)
        return path

    def organization_keys(self, name: str) -> OrganizationKeys:
        """The keys of organisations that a file lists; none without it."""
        return self._in_file(name, read_keys, OrganizationKeys())

    def partners(self, name: str) -> Partners:
        """Those with whom packages are exchanged, as a file lists them; nobody without it."""
        return self._in_file(name, read_partners, Partners())

    def services_register(self, url: str, file: str) -> ServicesRegister | None:
        """The central register of services: its address, and a file that says how it is spoken to; none without both.

        A fault is told where there is one without the other.
        """
        endpoint, path = self._value(url), self.file(file)
        if endpoint is None and path is None:
            return None
        if endpoint is None or path is None:
            lacking, there = (url, file) if endpoint is None else (file, url)
            return self._fault(lacking, f"is required where {there} is set", None)
        try:
            return read_services_register(endpoint, path)
        except RegisterInvalid as invalid:
            self.faults.extend(f"{url if one.startswith('endpoint') else file}: {one}" for one in invalid.faults)
            return None

    def sources(self, name: str, taken: Container[str]) -> tuple[RemoteSource, ...]:
        """The services that are asked as stores are, as a file lists them; none without it, none by a taken name."""
        return self._in_file(name, lambda path: read_sources(path, taken), ())

    def joined(self, name: str) -> Joining:
        """The services that are joined with our graph, as a file lists them; none without it."""
        return self._in_file(name, read_joined, Joining())

    def secrets(self, name: str) -> Secrets:
        """What is shown to external services, as a file lists it; nothing without one."""
        return self._in_file(name, read_secrets, Secrets())

    def command(self, name: str) -> tuple[str, ...]:
        """A program with its arguments, as a shell would part them; no shell has a hand in it."""
        value = self._value(name)
        if value is None:
            return ()
        try:
            words = tuple(shlex.split(value))
        except ValueError:
            words = ()
        if words and Path(words[0]).is_absolute():
            return words
        return self._fault(name, "expected a program by its whole path, with arguments, such as /opt/sms/send -q", ())

    def databases(self, names: Mapping[str, str], *, required: bool) -> dict[str, str]:
        """The URLs of the stores that have one; `names` gives the variable of each store."""
        urls: dict[str, str] = {}
        places: dict[tuple[str, ...], str] = {}
        for store, name in names.items():
            value = self._value(name)
            if value is None:
                if required:
                    self._fault(name, "is required in production: the URL of this store's PostgreSQL database", None)
                continue
            place = database_place(value)
            if place is None:
                self._fault(name, "expected postgresql://user:password@host:port/database", None)
            elif place in places:
                self._fault(name, f"names the same database as {places[place]}; each store has its own", None)
            else:
                places[place] = name
                urls[store] = value
        return urls

    def issuers(self, name: str, *, refused: str | None, required: bool) -> tuple[IssuerSettings, ...]:
        """The issuers that a file lists; where it is required, one is the first, and `refused` is not among them."""
        value = self._value(name)
        if value is None:
            if required:
                self._fault(name, "is required in production: the file that lists the issuers of tokens", None)
            return ()
        none: tuple[IssuerSettings, ...] = ()
        found = self._listed(name, lambda: read_issuers(Path(value).expanduser().absolute(), first=required), none)
        if refused is not None and any(one.issuer.rstrip("/") == refused.rstrip("/") for one in found):
            return self._fault(name, "trusts the issuer of the demo, which production refuses", ())
        return found

    def registered(self, name: str) -> Clients:
        """The apps and machines that a file lists; none without it."""
        value = self._value(name)
        if value is None:
            return Clients()
        return self._listed(name, lambda: read_clients(Path(value).expanduser().absolute()), Clients())

    def router_secrets(self, name: str) -> tuple[bytes, ...]:
        """What routers show, as a file lists it; nothing without one."""
        value = self._value(name)
        if value is None:
            return ()
        return self._listed(name, lambda: read_routers(Path(value).expanduser().absolute()), ())

    def fingerprints(self, name: str) -> tuple[bytes, ...]:
        """The SHA-256 of certificates, with commas between them."""
        found = [fingerprint(part.strip()) for part in (self._value(name) or "").split(",") if part.strip()]
        known = tuple(one for one in found if one is not None)
        if len(known) == len(found):
            return known
        expected = "expected the SHA-256 of certificates, in base64url or hexadecimal, with commas between them"
        return self._fault(name, expected, ())

    def methods(self, name: str) -> tuple[Method, ...]:
        """The methods of sign-in that a file lists; none without it."""
        value = self._value(name)
        if value is None:
            return ()
        none: tuple[Method, ...] = ()
        return self._listed(name, lambda: read_methods(Path(value).expanduser().absolute()), none)

    def header(self, name: str) -> str | None:
        """The name of a header of requests, in small letters."""
        value = self._value(name)
        if value is None or re.fullmatch("[A-Za-z][A-Za-z0-9-]{0,63}", value):
            return value and value.lower()
        return self._fault(name, "expected the name of a header, such as Client-Cert", None)

    def key(self, name: str, *, required: bool) -> bytes | None:
        """A secret key of at least 32 bytes, in hexadecimal or base64."""
        value = self._value(name)
        if value is None:
            if required:
                self._fault(
                    name, f"is required in production: at least {KEY_BYTES} random bytes in hexadecimal or base64", None
                )
            return None
        key = decoded(value)
        if key is None or len(key) < KEY_BYTES:
            return self._fault(name, f"expected at least {KEY_BYTES} bytes in hexadecimal or base64", None)
        return key

    def keyring(self, name: str, *, required: bool) -> Keyring | None:
        """The keys of a sealed store: `1:secret,2:secret` that wrap, `find1:secret` that hashes, in any order."""
        value = self._value(name)
        if value is None:
            if required:
                self._fault(name, "is required in production: the keys that open what the store keeps sealed", None)
            return None
        return keyring(value) or self._fault(
            name,
            f"expected VERSION:SECRET for keys that wrap, findVERSION:SECRET for keys that hash, at least one of each, "
            f"with commas between them; versions are 1 to {MOST_VERSIONS}, secrets at least {KEY_BYTES} bytes in "
            f"hexadecimal or base64, and none stands twice",
            None,
        )

    def origins(self, name: str) -> tuple[str, ...]:
        """Origins of web pages, as browsers write them, with commas between them."""
        found = tuple(part.strip() for part in (self._value(name) or "").split(",") if part.strip())
        if all(map(ORIGIN.fullmatch, found)):
            return found
        return self._fault(name, "expected origins such as https://cabinet.example.org, with commas between them", ())

    def hosts(self, name: str) -> frozenset[str]:
        """Hosts, each with a port if it is not the usual one, in small letters, with commas between them."""
        found = frozenset(part.strip().lower() for part in (self._value(name) or "").split(",") if part.strip())
        if all(HOST.fullmatch(one) for one in found):
            return found
        return self._fault(name, "expected hosts such as crl.example.org, with commas between them", frozenset())

    def networks(self, name: str) -> tuple[Network, ...]:
        """Networks of addresses, or single addresses, with commas between them."""
        parts = [part.strip() for part in (self._value(name) or "").split(",") if part.strip()]
        try:
            return tuple(ipaddress.ip_network(part) for part in parts)
        except ValueError:
            return self._fault(name, "expected networks such as 10.0.0.0/8 or ::1, with commas between them", ())

    def clients(self, name: str) -> frozenset[str]:
        """Names of clients, as they call themselves, with commas between them."""
        found = frozenset(part.strip() for part in (self._value(name) or "").split(",") if part.strip())
        if all(re.fullmatch(CLIENT_NAME, one) for one in found):
            return found
        expected = "expected names of clients such as cabinet-web, with commas between them"
        return self._fault(name, expected, frozenset())

    def address(self, name: str) -> str | None:
        """Where people find something in a browser."""
        value = self._value(name)
        if value is None or ADDRESS.fullmatch(value):
            return value
        return self._fault(name, "expected an address such as https://cabinet.example.org/", None)

    def asked(self, name: str) -> str | None:
        """Where a program is asked: by HTTPS, and on this machine by HTTP too."""
        value = self._value(name)
        if value is None or (
            ADDRESS.fullmatch(value) and (value.startswith("https:") or urlsplit(value).hostname in LOCAL)
        ):
            return value
        return self._fault(name, "expected an address such as https://checker.example.org/check", None)

    def support(self, names: Mapping[SupportChannel, str]) -> tuple[SupportContact, ...]:
        """How support is reached, by the variables of its channels."""
        expected = {
            SupportChannel.PHONE: "expected a number such as +7 800 100-00-00",
            SupportChannel.EMAIL: "expected an address such as support@example.org",
            SupportChannel.CHAT: "expected an address such as https://support.example.org/",
        }
        found = []
        for channel, name in names.items():
            value = self._value(name)
            if value is not None and not _reaches(channel, value):
                self._fault(name, expected[channel], None)
            elif value is not None:
                found.append(SupportContact(channel, value))
        return tuple(found)

    def smtp(self, url: str, sender: str) -> SmtpSettings | None:
        """A mail server and the address that mail comes from; both or none."""
        address, place = self._value(sender), self._value(url)
        if address is not None and not is_sender(address):
            return self._fault(sender, "expected an address such as cabinet@example.org", None)
        if place is None or address is None:
            missing = sender if place is not None else url
            return self._fault(missing, "is required for mail to be sent", None) if place or address else None
        found = smtp_place(place, address)
        expected = "expected smtp://, smtp+starttls:// or smtps://, then user:password@ if wanted, host:port"
        return found or self._fault(url, expected, None)

    def refuse(self, name: str, why: str) -> None:
        """Add what is wrong with variables only when they are seen together."""
        self._fault(name, why, None)

    def refuse_strangers(self) -> None:
        """Add every variable of our prefix that nobody asked for: most are misspelt."""
        for name in sorted(self.environ):
            if name.startswith(PREFIX) and name not in self.known:
                self._fault(name, "is not a setting; docs/settings.md lists them", None)

    def _in_file(self, name: str, read: Callable[[Path], Default], otherwise: Default) -> Default:
        """What a file says; all that is wrong with it is added."""
        path = self.file(name)
        if path is None:
            return otherwise
        try:
            return read(path)
        except (KeysInvalid, PartnersInvalid, SourcesInvalid, JoinedInvalid, SecretsInvalid) as invalid:
            self.faults.extend(f"{name}: {fault}" for fault in invalid.faults)
            return otherwise

    def _listed(self, name: str, read: Callable[[], Default], otherwise: Default) -> Default:
        """What a file lists; all that is wrong with it is added."""
        try:
            return read()
        except ListInvalid as invalid:
            self.faults.extend(f"{name}: {fault}" for fault in invalid.faults)
            return otherwise

    def _value(self, name: str) -> str | None:
        self.known.add(name)
        return self.environ.get(name, "").strip() or None

    def _fault(self, name: str, why: str, default: Default) -> Default:
        self.faults.append(f"{name}: {why}")
        return default


def _reaches(channel: SupportChannel, value: str) -> bool:
    """Whether a value can be that of a channel."""
    if channel is SupportChannel.EMAIL:
        return is_sender(value)
    return (PHONE if channel is SupportChannel.PHONE else ADDRESS).fullmatch(value) is not None
