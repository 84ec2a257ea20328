"""How one document of a package comes in: sealed as it comes, its signatures verified, its content checked."""

import hashlib
from collections.abc import Sequence
from contextlib import aclosing
from datetime import date
from typing import Final

from resolvers.context import Context
from resolvers.document.checked import Checked, Offered, check
from resolvers.document.found import Described as Said
from resolvers.exchange import manifest as manifests
from resolvers.exchange.manifest import Described, Packed
from resolvers.exchange.zipping import Unzipping, ZipMalformed
from resolvers.rules import exchange_rules
from sources.documents.kept_signature import Signed
from sources.exchange.receiving import IncomingDocument
from sources.files import Bound, Kept
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.signing.verifying import Outcome, Verdict, verified

_UNTITLED: Final = "Документ, полученный по обмену"


class NotTaken(Exception):
    """The package is not taken in, and nothing of it is kept; the code says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Refused(Exception):
    """The package is refused, which is kept and receipted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Incoming:
    """Takes in the documents of one package, in their order.

    Attributes:
        kept: contents that lie sealed, of which no row tells yet.
    """

    def __init__(self, context: Context, unzipping: Unzipping) -> None:
        self.kept: list[Kept] = []
        self._context = context
        self._unzipping = unzipping
        self._files = context.stores.files
        self._signers: dict[str, int | None] = {}

    async def document(self, key: int, said: Described, place: int) -> IncomingDocument:
        """One document under its key, of the organisation that receives.

        Raises:
            NotTaken: what came is not what was signed.
            Refused: it is not in order.
        """
        bound = Bound(key, 1)
        content = await self._sealed(said.content, bound)
        self.kept.append(content)
        signatures = [await self._signature(packed, bound, content) for packed in said.signatures]
        rules = exchange_rules(self._context.at)
        good = any(one.verdict.outcome is Outcome.VALID for one in signatures)
        if said.kind in rules.signed and not good:
            raise Refused("SIGNATURE_VERIFICATION_ERROR" if signatures else "NO_SIGNATURE")
        issued_on, expires_on = days(said)
        described = Said(
            number=said.said.get("number"),
            issuer=said.said.get("issuer"),
            issued_on=issued_on,
            expires_on=expires_on,
        )
        checked = await self._checked(said, described, bound, content, place)
        if checked.refusal is not None or not checked.passed:
            raise Refused("DOCUMENT_NOT_IN_ORDER")
        return IncomingDocument(
            id=key,
            kind=said.kind,
            title=said.said.get("title", _UNTITLED),
            number=described.number,
            issued_on=described.issued_on,
            expires_on=described.expires_on,
            issuer=described.issuer,
            media_type=checked.examined.media_type or said.media_type,
            pages=checked.examined.pages,
            shared_with=await places(self._context, said.shared_with),
            kept=content,
            status="SIGNED" if good else "CHECKED",
            signatures=signatures,
        )

    async def _checked(self, said: Described, described: Said, bound: Bound, kept: Kept, place: int) -> Checked:
        offered = Offered(
            kind=said.kind,
            size=kept.byte_size,
            sha256=kept.sha256,
            described=described,
            document_id=bound.document_id,
            practitioner_id=None,
            organization_id=place,
        )
        async with aclosing(self._files.read(kept, bound)) as content:
            return await check(self._context, content, offered)

    async def _sealed(self, packed: Packed, bound: Bound) -> Kept:
        header = await self._unzipping.header()
        if header is None or header.name != packed.file:
            raise ZipMalformed
        writer, whole = self._files.begin(bound), False
        try:
            async for piece in self._unzipping.content(header, packed.byte_size):
                await writer.add(piece)
            kept = await writer.finish()
            whole = True
        finally:
            if not whole:
                await writer.abandon()
        if kept.sha256 != packed.sha256:
            await self._files.remove(kept.file)
            raise NotTaken(422, "DIGEST_MISMATCH")
        return kept

    async def _signature(self, packed: Packed, bound: Bound, kept: Kept) -> Signed:
        header = await self._unzipping.header()
        if header is None or header.name != packed.file or packed.byte_size > manifests.MOST_SIGNATURE_BYTES:
            raise ZipMalformed
        cms = b"".join([piece async for piece in self._unzipping.content(header, packed.byte_size)])
        if hashlib.sha256(cms).hexdigest() != packed.sha256:
            raise NotTaken(422, "DIGEST_MISMATCH")
        at, trust = self._context.at, self._context.signing.trust
        content = self._files.read(kept, bound)
        verdict = await verified(cms, content, kept.sha256, at, trust)
        organization = await self._organization(verdict)
        return Signed(
            document_id=bound.document_id,
            content_version=bound.version,
            role="ORGANIZATION",
            cms=cms,
            verdict=verdict,
            received_at=at,
            organization_id=organization,
        )

    async def _organization(self, verdict: Verdict) -> int | None:
        """The organisation of the register that signed: one whose certificate names its ОГРН, and no person beside."""
        of = verdict.certificate
        if of is None or of.ogrn is None or of.snils is not None or verdict.outcome is Outcome.INVALID:
            return None
        if of.ogrn not in self._signers:
            self._signers[of.ogrn] = next(iter(await places(self._context, [of.ogrn])), None)
        return self._signers[of.ogrn]


async def places(context: Context, ogrns: Sequence[str]) -> list[int]:
    """The organisations of the register that have some ОГРН, in their order; one that nobody has is left out."""
    ask = Ask(context.at, frozenset({"id", "ogrn"}))
    found = await organizations(context.stores.registry, "ogrn", list(ogrns), ask) if ogrns else {}
    return [found[one].id for one in ogrns if one in found]


def days(said: Described) -> tuple[date | None, date | None]:
    """When a document was issued, and the day on which it is good no more, as a manifest says."""
    issued_on, expires_on = (said.said.get(name) for name in ("issuedOn", "expiresOn"))
    return (
        None if issued_on is None else date.fromisoformat(issued_on),
        None if expires_on is None else date.fromisoformat(expires_on),
    )
