"""What documents are made with: the address at which they are verified, and the key of the authority."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, ParamSpec

from resolvers.printed.foot import Proof
from resolvers.printed.sheet import Printed
from sources.signing.making import OrganizationKey, signed

P = ParamSpec("P")


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
        key: of the authority; None where it has none.
    """

    address: str | None = None
    key: OrganizationKey | None = None

    def proof(self, code: str) -> Proof:
        """How a document with this code says that it can be verified."""
        address = None if self.address is None else self.address.rstrip("/")
        return Proof(code, address, self.key is not None)

    async def pressed(self, make: Callable[P, Printed], *args: P.args, **kwargs: P.kwargs) -> Pressed:
        """A document made away from those who answer, and signed.

        Raises:
            FontsMissing: there is no font to write it with.
            SigningFailed: there is a key, and it makes no signature.
        """
        content, pages = await asyncio.to_thread(make, *args, **kwargs)
        cms = None if self.key is None else await signed(content, self.key)
        return Pressed(content, pages, hashlib.sha256(content).hexdigest(), cms)
