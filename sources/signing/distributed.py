"""Lists of revoked certificates from where certificates say that they are, of hosts that were named beforehand.

Nobody is asked unless a setting names his host, and then only on account of a certificate that a trusted authority
signed. What comes is believed once the authority's own signature under it is verified. A verdict waits a second for
it; what takes longer, or is lost, is there for the next one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from sources.signing.certificate import Certificate
from sources.signing.lists import MOST, is_list_of, read_list
from sources.signing.openssl import OpenSslMissing, OpenSslTimedOut

# Lists of large authorities have several megabytes.
LARGEST: Final = 33_554_432
# How long one may take to come, and how long a verdict waits for it, in seconds.
DEADLINE: Final = 20.0
PATIENCE: Final = 1.0
# After so many seconds it is asked for anew: once it came, and once it did not.
FRESH: Final = 3600.0
SPARED: Final = 60.0
# What is kept in memory, of all places together.
MOST_BYTES: Final = 2 * LARGEST
_PORTS: Final = {"http": 80, "https": 443}

# What lies at a URL: at most so many bytes, within so many seconds; None where it did not come.
Fetch = Callable[[str, int, float], Awaitable[bytes | None]]
_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """A list, and the URL that it came from."""

    url: str
    found: x509.CertificateRevocationList


@dataclass(slots=True)
class _Kept:
    """The last list of a place, its size in bytes, and until when nothing newer is asked for there."""

    found: x509.CertificateRevocationList | None = None
    size: int = 0
    until: float = 0.0


class Distributed:
    """Asks for lists over HTTP, and keeps them while they are fresh."""

    def __init__(self, hosts: frozenset[str], fetch: Fetch, *, patience: float = PATIENCE) -> None:
        """Ask nobody yet.

        Args:
            hosts: who may be asked, in small letters: a host by itself at the port of its scheme, or `host:port`.
            fetch: how a URL is asked for, without redirects.
            patience: how long a verdict waits, in seconds.
        """
        self._hosts = hosts
        self._fetch = fetch
        self._patience = patience
        self._kept: dict[_Place, _Kept] = {}
        self._coming: dict[_Place, asyncio.Task[None]] = {}

    async def lists(self, certificate: Certificate, issuer: Certificate) -> list[Came]:
        """The lists that a certificate says it would be on, signed by its issuer; those that could be had."""
        places = [(url, issuer.sha256) for url in certificate.lists if self._allows(url)]
        now = time.monotonic()
        coming = [self._asked(place, issuer) for place in places if now >= self._kept.get(place, _Kept()).until]
        if coming:
            await asyncio.wait(coming, timeout=self._patience)
        kept = [(url, one.found) for url, key in places if (one := self._kept.get((url, key))) is not None]
        return [Came(url, found) for url, found in kept if found is not None and covers(found, url, certificate)]

    def _allows(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
            return False
        usual = _PORTS[parts.scheme]
        return f"{host}:{port or usual}" in self._hosts or (port in {None, usual} and host in self._hosts)

    def _asked(self, place: _Place, issuer: Certificate) -> asyncio.Task[None]:
        """What asks for a list, one for all who want it at the same time."""
        task = self._coming.get(place)
        # One of a loop that is over was ended with it.
        if task is None or task.done():
            task = self._coming[place] = asyncio.create_task(self._come(place, issuer))
        return task

    async def _come(self, place: _Place, issuer: Certificate) -> None:
        """Ask for a list; what is not the authority's, or is older than the one that is kept, changes nothing."""
        kept = self._kept.setdefault(place, _Kept())
        try:
            content = await self._fetch(place[0], LARGEST, DEADLINE)
            found = None if content is None else await asyncio.to_thread(read_list, content)
            if content is None or found is None or not await is_list_of(found, issuer):
                kept.until = time.monotonic() + SPARED
                return
        except (OpenSslMissing, OpenSslTimedOut):
            kept.until = time.monotonic() + SPARED
            return
        finally:
            self._coming.pop(place, None)
        kept.until = time.monotonic() + FRESH
        if kept.found is None or kept.found.last_update_utc <= found.last_update_utc:
            kept.found, kept.size = found, len(content)
        self._forget(place, kept)

    def _forget(self, place: _Place, newest: _Kept) -> None:
        """Let go of what came first, while there is too much."""
        self._kept.pop(place, None)
        self._kept[place] = newest
        while len(self._kept) > MOST or sum(one.size for one in self._kept.values()) > MOST_BYTES:
            del self._kept[next(iter(self._kept))]


def covers(found: x509.CertificateRevocationList, url: str, certificate: Certificate) -> bool:
    """Whether a certificate would be on a list, were it revoked: not on one that has changes alone, or other ones."""
    try:
        extensions = found.extensions
        if any(isinstance(one.value, x509.DeltaCRLIndicator) for one in extensions):
            return False
        of = next((one.value for one in extensions if isinstance(one.value, x509.IssuingDistributionPoint)), None)
    except ValueError:
        return False
    if of is None:
        return True
    if of.only_some_reasons is not None or of.indirect_crl or of.only_contains_attribute_certs:
        return False
    if of.only_contains_ca_certs if certificate.signs else of.only_contains_user_certs:
        return False
    return of.full_name is None or any(one.value == url for one in of.full_name)
