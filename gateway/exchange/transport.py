"""How a package is handed over: by HTTPS to the address of the settings alone, or into a folder.

The name of the server is looked up once, and the connection goes to the very address that was judged: a private one is
refused unless the setting allows it. Nothing leads elsewhere, and no more is read of an answer than a receipt takes.
"""

import asyncio
import ipaddress
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from gateway.exchange.partners import Partner
from resolvers.exchange.receipts import MOST_BYTES

CONNECT_SECONDS: Final = 10.0
PIECE_SECONDS: Final = 30.0
MEDIA: Final = "application/vnd.kabinet.exchange+zip"
PACKAGE: Final = "kabinet-package"
ISSUE: Final = "kabinet-package-issue"
SOURCE: Final = "kabinet-source"
SIGNATURE: Final = "kabinet-signature"


class NotDelivered(Exception):
    """Nobody took it, or nobody knows; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


async def posted(
    partner: Partner, content: AsyncIterator[bytes], length: int, headers: Mapping[str, str], seconds: float
) -> Answered:
    """Post something to the endpoint of a partner.

    Raises:
        NotDelivered: it could not be reached, has an address that it may not have, was too slow, or said too much.
    """
    if partner.endpoint is None:
        raise NotDelivered("RECIPIENT_UNKNOWN")
    try:
        async with asyncio.timeout(seconds):
            return await _posted(partner, partner.endpoint, content, length, headers)
    except (TimeoutError, httpx.TimeoutException):
        raise NotDelivered("TIMED_OUT") from None
    except (httpx.HTTPError, ssl.SSLError, OSError):
        raise NotDelivered("UNREACHABLE") from None


async def _posted(
    partner: Partner, endpoint: str, content: AsyncIterator[bytes], length: int, headers: Mapping[str, str]
) -> Answered:
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "", parts.port or 443
    address = await _address(host, port, private=partner.private)
    shown = f"[{address}]" if ":" in address else address
    url = f"https://{shown}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    sent = {**headers, "host": parts.netloc, "content-length": str(length)}
    limits = httpx.Timeout(PIECE_SECONDS, connect=CONNECT_SECONDS)
    async with (
        httpx.AsyncClient(verify=partner.context(), timeout=limits, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", url, content=content, headers=sent, extensions={"sni_hostname": host}) as response,
    ):
        said = bytearray()
        async for piece in response.aiter_raw():
            said += piece
            if len(said) > MOST_BYTES:
                raise NotDelivered("ANSWER_UNREADABLE")
        return Answered(response.status_code, bytes(said), response.headers)


async def reached(partner: Partner, seconds: float) -> str | None:
    """Why a partner cannot be handed anything just now; None where he can. Nothing is sent."""
    if partner.folder is not None:
        usable = await asyncio.to_thread(os.access, partner.folder, os.W_OK | os.X_OK)
        return None if usable else "FOLDER_UNUSABLE"
    parts = urlsplit(partner.endpoint or "")
    host, port = parts.hostname or "", parts.port or 443
    try:
        async with asyncio.timeout(seconds):
            address = await _address(host, port, private=partner.private)
            _, writer = await asyncio.open_connection(address, port, ssl=partner.context(), server_hostname=host)
            writer.close()
    except NotDelivered as failed:
        return failed.code
    except TimeoutError:
        return "TIMED_OUT"
    except OSError:
        return "UNREACHABLE"
    return None


async def _address(host: str, port: int, *, private: bool) -> str:
    """An address of a host that may be spoken to.

    Raises:
        NotDelivered: it has none, or one that is not public.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotDelivered("UNREACHABLE") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise NotDelivered("UNREACHABLE")
    # One that is not public among them is enough: nobody who means well has both.
    if not private and not all(map(is_public, addresses)):
        raise NotDelivered("ADDRESS_REFUSED")
    return addresses[0]


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


async def dropped(folder: Path, source: str, package: UUID, issue: int, content: AsyncIterator[bytes]) -> None:
    """Put a package into a folder under its name: there as a whole, or not at all.

    Raises:
        NotDelivered: the folder cannot be written to.
    """
    name = f"{source}-{package}-{issue}.zip"
    made = folder / f".{name}.{os.getpid()}.part"
    try:
        handle = await asyncio.to_thread(_opened, made)
        try:
            async for piece in content:
                await asyncio.to_thread(_written, handle, piece)
            await asyncio.to_thread(os.fsync, handle)
        finally:
            await asyncio.to_thread(os.close, handle)
        await asyncio.to_thread(_named, made, folder / name)
    except OSError:
        raise NotDelivered("FOLDER_UNUSABLE") from None
    finally:
        await asyncio.to_thread(made.unlink, missing_ok=True)


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _written(handle: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(handle, left) :]


def _named(made: Path, name: Path) -> None:
    made.replace(name)
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
