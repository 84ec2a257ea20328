"""What documents are made with: the address at which they are verified, and the key of the authority."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, ParamSpec

from resolvers.printed.foot import Proof
from resolvers.printed.sheet import Printed

P = ParamSpec("P")
Sign = Callable[[bytes], Awaitable[bytes]]


class SigningFailed(Exception):
    """The key of the authority makes no signature now; the text says why, and holds nothing of a document."""


class Pressed(NamedTuple):
    """A document as it is to be kept.

    Attributes:
        sha256: of the content, in lower-case hexadecimal.
        cms: the detached signature of the authority, in DER; None where it has no key.
    """

    content: bytes
    pages: int
    sha256: str
    cms: bytes | None


@dataclass(frozen=True, slots=True)
class Press:
    """What a process makes documents with.

    Attributes:
        address: of the service, as people find it; None where it is not known.
        sign: makes a detached CAdES-BES with the key of the authority; None where it has none.
    """

    address: str | None = None
    sign: Sign | None = None

    def proof(self, code: str) -> Proof:
        """How a document with this code says that it can be verified."""
        address = None if self.address is None else self.address.rstrip("/")
        return Proof(code, address, self.sign is not None)

    async def pressed(self, make: Callable[P, Printed], *args: P.args, **kwargs: P.kwargs) -> Pressed:
        """A document made away from those who answer, and signed.

        Raises:
            FontsMissing: there is no font to write it with.
            SigningFailed: there is a key, and it makes no signature.
        """
        content, pages = await asyncio.to_thread(make, *args, **kwargs)
        cms = None if self.sign is None else await self.sign(content)
        return Pressed(content, pages, hashlib.sha256(content).hexdigest(), cms)
