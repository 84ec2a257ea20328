"""Where a request came from: the caller's own address, behind proxies as far as these are trusted to tell it."""

import ipaddress
import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Final

Scope = MutableMapping[str, Any]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# What a door is told of where a request came from; None where nobody knows.
Whence = Callable[[Scope], str | None]

# The headers by which proxies hand an address on.
HEADERS: Final = ("x-forwarded-for", "forwarded")
# Whoever has an address of IPv6 has all of its network.
OF_ONE: Final = 64
# So long a chain of proxies is looked through.
MOST_HOPS: Final = 16
_FOR: Final = re.compile(r"\s*for\s*=\s*(.*)", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?")
_WITH_PORT: Final = re.compile(r"([0-9.]{7,15}):[0-9]{1,5}")


class Addresses:
    """Tells addresses by the networks of the proxies that are trusted, and the one header that they write.

    Each of them adds at the end of the header whom it heard the request from. So the header is read from its end, as
    long as the one who wrote the entry is trusted: what callers write into it stands before that, and is not reached.
    """

    def __init__(self, trusted: Sequence[Network] = (), header: str = HEADERS[0]) -> None:
        self._trusted = tuple(trusted)
        self._header = header.encode("ascii")
        self._entries = _forwarded if header == HEADERS[1] else _listed

    def of(self, scope: Scope) -> Address | None:
        """The address of whoever sent a request, as far as it is known for certain."""
        client = scope.get("client")
        found = None if client is None else parsed(client[0])
        if found is None or not self._trusts(found):
            return found
        told = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == self._header)
        for entry in self._entries(told):
            before = parsed(entry)
            if before is None:
                return found
            found = before
            if not self._trusts(found):
                return found
        return found

    def told(self, scope: Scope) -> str | None:
        """What failures of a caller are counted under: an address of IPv4, or the /64 of one of IPv6."""
        found = self.of(scope)
        return None if found is None else counted_as(found)

    def network(self, scope: Scope) -> str | None:
        """The network that a request came from (`network_of`); never the whole address."""
        found = self.of(scope)
        return None if found is None else network_of(found)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def nowhere(_: Scope) -> str | None:
    """Nobody is told where a request came from."""
    return None


def counted_as(address: Address) -> str:
    """An address of IPv4, or the /64 of one of IPv6."""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, OF_ONE), strict=False))


def network_of(address: Address) -> str:
    """The network of an address, such as `192.0.2.0/24`: where somebody was, and not who he is."""
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def parsed(text: str) -> Address | None:
    """An address as proxies write it, with or without a port; None where it is none.

    One of IPv4 that is written as one of IPv6 is one of IPv4; the zone of an address is not looked at.
    """
    found = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((text if found is None else found[1]).partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _listed(told: str) -> Iterator[str]:
    """The entries of `X-Forwarded-For`, the last first."""
    for entry in reversed(told.split(",")[-MOST_HOPS:]):
        yield entry.strip()


def _forwarded(told: str) -> Iterator[str]:
    """Whom the elements of `Forwarded` (RFC 7239) are for, the last first; of one that says nothing of it, nothing.

    No address has a comma, so that none that a proxy wrote is cut by one; quotes that a caller left open stand before.
    """
    for element in reversed(told.split(",")[-MOST_HOPS:]):
        found = [said[1].strip() for pair in element.split(";") if (said := _FOR.fullmatch(pair)) is not None]
        yield found[0].strip('"') if len(found) == 1 else ""
