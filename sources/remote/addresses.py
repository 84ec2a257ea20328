"""Which addresses of the net may be spoken to: the public ones, and others only where a setting says so."""

import ipaddress
import socket
from typing import Any


def is_public(text: str) -> bool:
    """Whether an address is one of the public net, also where it is one of IPv4 in the form of another."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    judged = inner or address
    return judged.is_global and not judged.is_multicast


def public_socket(found: tuple[Any, ...]) -> socket.socket:
    """A socket for an address that was looked up, the very one that is connected to.

    Raises:
        OSError: the address is not public.
    """
    family, kind, protocol, _, address = found
    if not is_public(str(address[0])):
        raise OSError("the address is not public")
    return socket.socket(family, kind, protocol)
