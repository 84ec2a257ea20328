"""How a package is handed over: by HTTPS to the address of the settings alone, or into a folder; how a server is asked.

The name of the server is looked up once, and the connection goes to the very address that was judged: a private one is
refused unless the setting allows it. Nothing leads elsewhere, and no more is read of an answer than a receipt takes.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from gateway.exchange.partners import Partner
from resolvers.exchange.receipts import MOST_BYTES
from sources.remote.addresses import is_public

CONNECT_SECONDS: Final = 10.0
PIECE_SECONDS: Final = 30.0
MEDIA: Final = "application/vnd.kabinet.exchange+zip"
PACKAGE: Final = "kabinet-package"
ISSUE: Final = "kabinet-package-issue"
SOURCE: Final = "kabinet-source"
SIGNATURE: Final = "kabinet-signature"


# What a server says when it may take the same later.
LATER: Final = frozenset({408, 425, 429})
SERVER_FAULT: Final = 500


class Server(Protocol):
    """Where something is posted to, and how it is known."""

    @property
    def endpoint(self) -> str | None:
        """Its https address; None where it has none."""
        ...

    @property
    def private(self) -> bool:
        """Whether it may have an address of a private net."""
        ...

    def context(self) -> ssl.SSLContext:
        """How it proves who it is, and how we do, if we have to."""
        ...


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

    def see_it_decided(self) -> None:
        """See to it that whoever answered does not ask for another time.

        Raises:
            NotDelivered: he does.
        """
        if self.status == 429:
            raise NotDelivered("RATE_LIMIT")
        if self.status in LATER or self.status >= SERVER_FAULT:
            raise NotDelivered("INTERNAL_ERROR")


async def posted(
    partner: Server, content: AsyncIterator[bytes], length: int, headers: Mapping[str, str], seconds: float
) -> Answered:
    """Post something to the endpoint of a partner, or of whoever else is told something.

    Raises:
        NotDelivered: it could not be reached, has an address that it may not have, was too slow, or said too much.
    """
    return await _answered(partner, "POST", content, {**headers, "content-length": str(length)}, seconds)


async def got(server: Server, headers: Mapping[str, str], seconds: float) -> Answered:
    """Get what a server says at its endpoint.

    Raises:
        NotDelivered: as of `posted`.
    """
    return await _answered(server, "GET", None, headers, seconds)


async def _answered(
    server: Server, method: str, content: AsyncIterator[bytes] | None, headers: Mapping[str, str], seconds: float
) -> Answered:
    if server.endpoint is None:
        raise NotDelivered("RECIPIENT_UNKNOWN")
    try:
        async with asyncio.timeout(seconds):
            return await _asked(server, server.endpoint, method, content, headers)
    except (TimeoutError, httpx.TimeoutException):
        raise NotDelivered("TIMED_OUT") from None
    except (httpx.HTTPError, ssl.SSLError, OSError):
        raise NotDelivered("UNREACHABLE") from None


async def _asked(
    server: Server, endpoint: str, method: str, content: AsyncIterator[bytes] | None, headers: Mapping[str, str]
) -> Answered:
    parts = urlsplit(endpoint)
    host, port = parts.hostname or "", parts.port or 443
    address = await _address(host, port, private=server.private)
    shown = f"[{address}]" if ":" in address else address
    url = f"https://{shown}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    sent = {**headers, "host": parts.netloc}
    limits = httpx.Timeout(PIECE_SECONDS, connect=CONNECT_SECONDS)
    async with (
        httpx.AsyncClient(verify=server.context(), timeout=limits, trust_env=False, follow_redirects=False) as client,
        client.stream(method, url, content=content, headers=sent, extensions={"sni_hostname": host}) as response,
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
    return await connected(partner, seconds)


async def connected(partner: Server, seconds: float) -> str | None:
    """Why a server cannot be posted anything just now; None where it can. Nothing is sent."""
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
