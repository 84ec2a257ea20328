"""The journal of acts outside the graph: the whole chain followed, and parts of it as packages that prove themselves.

A package is a file of JSON lines: a header that says what comes before its first entry, the entries with their links,
and the seal over position and link of the last one and over all bytes above it.
"""

import hashlib
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.evidence.seal import opened, sealed
from sources.chain import BEGINNING, Chain, ChainBroken, Entry, end, instant, kept, link_at, span
from sources.postgres.store import Store

FORMAT: Final = "kabinet-journal-1"
LONGEST_LINE: Final = 1_048_576
# So many bytes of a package are made at once.
PIECE: Final = 65_536
_SEAL: Final = re.compile(rb'\{"seal":"([A-Za-z0-9_.-]+)"\}\n')


class PackageBroken(Exception):
    """A file is no package, or not the one that was sealed."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a package that holds says of itself.

    Attributes:
        position, link: of its last entry, or of what comes before the first where it has none.
        signer: thumbprint of the key that it was sealed with.
    """

    entries: int
    position: int
    link: bytes
    exported_at: str
    signer: str


async def verify(store: Store, known: Package | None = None) -> Chain:
    """Follow the whole chain of a journal to its noted end, and past what an earlier package has of it; its end.

    Raises:
        ChainBroken: an entry was changed, added, removed or put elsewhere.
        SourceFailure: the journal did not answer.
    """
    chain, noted = Chain(), await end(store)
    async for entry, link in kept(store):
        chain.follow(entry, link)
        if known is not None and chain.position == known.position and link != known.link:
            raise ChainBroken(chain.position, "the package was made of another chain")
        if chain.position == noted.position and link != noted.link:
            raise ChainBroken(chain.position, "the end that was noted is that of another chain")
    if known is not None and chain.position < known.position:
        raise ChainBroken(chain.position + 1, "the package goes on, the journal does not")
    if chain.position < noted.position:
        raise ChainBroken(chain.position + 1, "its end is cut off")
    return chain


async def export(
    store: Store, file: BinaryIO, key: Ed25519PrivateKey, at: datetime, since: datetime | None, until: datetime | None
) -> int:
    """Write a package of all acts that were done in a time, the end excluded; how many entries it has.

    The chain goes without gaps from the first of them to the last: what arrived between them is in it too.

    Raises:
        ChainBroken: the entries do not follow each other; what is written so far has no seal.
        SourceFailure: the journal did not answer.
    """
    first, last = await span(store, since, until) or (1, 0)
    async for piece in package(store, key, at, (first, last), since, until):
        file.write(piece)
    return last - first + 1


async def package(
    store: Store,
    key: Ed25519PrivateKey,
    at: datetime,
    positions: tuple[int, int],
    since: datetime | None,
    until: datetime | None,
) -> AsyncGenerator[bytes, None]:
    """A package of the entries from one position to another, piece by piece; those of a time, as its header says.

    Raises:
        ChainBroken: the entries do not follow each other; what came so far has no seal.
        SourceFailure: the journal did not answer.
    """
    chain = Chain()
    first, last = positions
    if first > 1:
        before = await link_at(store, first - 1)
        if before is None:
            raise ChainBroken(first - 1, "there is no such entry")
        chain = Chain(first - 1, before)
    header = {
        "format": FORMAT,
        "exportedAt": instant(at),
        "since": since and instant(since),
        "until": until and instant(until),
        "after": chain.position,
        "previous": chain.link.hex(),
    }
    digest, piece = hashlib.sha256(), bytearray(_line(header))
    if first <= last:
        async for entry, link in kept(store, first, last):
            chain.follow(entry, link)
            piece += _entry_line(entry, link)
            if len(piece) >= PIECE:
                digest.update(piece)
                yield bytes(piece)
                piece.clear()
    if chain.position != last:
        raise ChainBroken(chain.position + 1, "there is no such entry")
    digest.update(piece)
    yield bytes(piece) + _line({"seal": sealed(_end(chain, digest.hexdigest()), key)})


def read(file: BinaryIO) -> Package:
    """Verify a package by itself, line by line.

    Raises:
        PackageBroken: it is no package, or was changed outside its entries.
        ChainBroken: an entry was changed, added, removed or put elsewhere.
        SealBroken: it has no good seal.
    """
    digest = hashlib.sha256()
    line = file.readline(LONGEST_LINE)
    chain, exported_at = _beginning(line)
    before = chain.position
    while True:
        digest.update(line)
        line = file.readline(LONGEST_LINE)
        if not line:
            raise PackageBroken("it ends without a seal")
        if seal := _SEAL.fullmatch(line):
            break
        chain.follow(*_entry(line, chain.position + 1))
    if file.read(1):
        raise PackageBroken("it goes on after its seal")
    said, signer = opened(seal[1].decode("ascii"))
    if said != _end(chain, digest.hexdigest()):
        raise PackageBroken("it is not what was sealed")
    return Package(chain.position - before, chain.position, chain.link, exported_at, signer)


def _end(chain: Chain, digest: str) -> dict[str, Any]:
    return {"position": chain.position, "link": chain.link.hex(), "sha256": digest}


def _beginning(line: bytes) -> tuple[Chain, str]:
    try:
        header = json.loads(line.decode())
        if header["format"] == FORMAT:
            after, previous, exported_at = header["after"], bytes.fromhex(header["previous"]), header["exportedAt"]
            if type(after) is int and exported_at.isprintable() and len(previous) == len(BEGINNING):
                return Chain(after, previous), exported_at
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise PackageBroken("it is no package of a journal")


def _entry(line: bytes, position: int) -> tuple[Entry, bytes]:
    try:
        said = json.loads(line.decode())
        link = bytes.fromhex(said.pop("link"))
        entry = Entry(**said)
        if _entry_line(entry, link) == line:
            return entry, link
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise ChainBroken(position, "it is no entry")


def _entry_line(entry: Entry, link: bytes) -> bytes:
    return _line({**entry._asdict(), "link": link.hex()})


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
