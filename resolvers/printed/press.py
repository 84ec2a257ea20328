"""What documents are made with: the address at which they are verified, and the key of the authority."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, ParamSpec

from resolvers.printed.foot import Proof
from resolvers.printed.sheet import Printed
from sources.signing import Signing
from sources.signing.making import AUTHORITY, SigningFailed, signed
from sources.signing.verifying import Outcome, Verdict, verified

P = ParamSpec("P")


class Pressed(NamedTuple):
    """A document as it is to be kept.

    Attributes:
        sha256: of the content, in lower-case hexadecimal.
        cms: the detached signature of the authority, in DER, with what it is worth; None where it has no key.
    """

    content: bytes
    pages: int
    sha256: str
    cms: tuple[bytes, Verdict] | None


@dataclass(frozen=True, slots=True)
class Press:
    """What a process makes documents with.

    Attributes:
        address: of the service, as people find it; None where it is not known.
        signing: whom the process believes, and its keys.
    """

    address: str | None = None
    signing: Signing = field(default_factory=Signing)

    @property
    def signs(self) -> bool:
        """Whether the authority has a key."""
        return self.signing.keys.of(AUTHORITY) is not None

    def proof(self, code: str, *, signed: bool) -> Proof:
        """How a document with this code says that it can be verified, and that it is signed."""
        return Proof(code, None if self.address is None else self.address.rstrip("/"), signed)

    async def pressed(self, at: datetime, make: Callable[P, Printed], *args: P.args, **kwargs: P.kwargs) -> Pressed:
        """A document made away from those who answer, and signed at an instant.

        Raises:
            FontsMissing: there is no font to write it with.
            SigningFailed: there is a key, and it makes no good signature.
        """
        content, pages = await asyncio.to_thread(make, *args, **kwargs)
        sha256 = hashlib.sha256(content).hexdigest()
        return Pressed(content, pages, sha256, await self._signed(content, sha256, at))

    async def unsigned(self, make: Callable[P, Printed], *args: P.args, **kwargs: P.kwargs) -> Pressed:
        """A document made away from those who answer, which others than the authority sign.

        Raises:
            FontsMissing: there is no font to write it with.
        """
        content, pages = await asyncio.to_thread(make, *args, **kwargs)
        return Pressed(content, pages, hashlib.sha256(content).hexdigest(), None)

    async def _signed(self, content: bytes, sha256: str, at: datetime) -> tuple[bytes, Verdict] | None:
        key = self.signing.keys.of(AUTHORITY)
        if key is None:
            return None
        cms = await signed(content, key)
        verdict = await verified(cms, _whole(content), sha256, at, self.signing.trust)
        if verdict.outcome is Outcome.INVALID:
            raise SigningFailed("the signature with the key of the authority is not good: see its certificate")
        return cms, verdict


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
