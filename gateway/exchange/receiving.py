"""How a package is taken in: as a stream, each content sealed as it comes, and all of it kept or nothing.

First comes the manifest with its signature: nobody's bytes are kept before it is known whose they are. What does not
stand in it does not come in.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.exchange.partners import Partner, Partners
from resolvers.context import Context
from resolvers.document.checked import Checked, Offered, check
from resolvers.document.found import Described as Said
from resolvers.document.kinds import DocumentKind
from resolvers.exchange import manifest as manifests
from resolvers.exchange import number_of, receipts
from resolvers.exchange.manifest import Described, Manifest, ManifestMalformed, Packed
from resolvers.exchange.receipts import ReceiptSaid, ReceiptVerdict
from resolvers.exchange.zipping import Unzipping, ZipMalformed
from resolvers.rules import exchange_rules
from resolvers.rules.exchange import ExchangePurpose, LegalBasis
from sources.documents.kept_signature import Signed
from sources.exchange import receiving as source
from sources.exchange.kept_receipt import opened
from sources.exchange.receiving import IncomingDocument, IncomingPackage, Reserved, TakenAlready
from sources.files import Bound, Kept
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import writing
from sources.signing.making import AUTHORITY, SigningFailed, signed
from sources.signing.pinned import signed_by
from sources.signing.verifying import Outcome, Verdict, verified

MOST_BYTES: Final = 2**30
_UNTITLED: Final = "Документ, полученный по обмену"


class NotTaken(Exception):
    """The package is not taken in, and nothing of it is kept; the code says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class _Refused(Exception):
    """The package is refused, which is kept and receipted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Receipted:
    """The receipt that is answered."""

    content: bytes
    signature: bytes | None
    accepted: bool


class Taking:
    """Takes in one package at a time from a stream."""

    def __init__(self, partners: Partners, context: Context, *, machine: frozenset[int] = frozenset()) -> None:
        """`machine`: the organisations for which the caller is the system, by his access token."""
        self._partners = partners
        self._context = context
        self._machine = machine
        self._files = context.stores.files
        self._signers: dict[str, int | None] = {}

    async def taken(self, chunks: AsyncIterator[bytes]) -> Receipted:
        """Take a package in, or say what was said of it before.

        Raises:
            NotTaken: it is not of the protocol, not of whom it says, not what was signed, or another under its name.
            SourceFailure: a store is lost.
            FilesUnavailable: content cannot be kept.
        """
        unzipping = Unzipping(chunks)
        try:
            content, partner = await self._manifest(unzipping)
            manifest = manifests.read(content)
            place = await self._place(manifest)
            digest = manifests.digest(content)
            try:
                found = await self._known(manifest, digest)
                return found or await self._new(unzipping, manifest, digest, partner, place)
            finally:
                await unzipping.drain()
        except (ZipMalformed, ManifestMalformed):
            raise NotTaken(400, "ENVELOPE_FORMAT") from None

    async def _manifest(self, unzipping: Unzipping) -> tuple[bytes, Partner]:
        """The manifest, once it is known whose it is.

        Raises:
            NotTaken: nobody of the settings sent it.
        """
        header = await unzipping.header()
        if header is None or header.name != manifests.NAME:
            raise ZipMalformed
        content = await unzipping.whole(header, manifests.MOST_BYTES)
        header = await unzipping.header()
        if header is None or header.name != manifests.SIGNATURE:
            raise ZipMalformed
        cms = await unzipping.whole(header, manifests.MOST_SIGNATURE_BYTES)
        partner = self._partners.of(manifests.read(content).source)
        if partner is None:
            raise NotTaken(403, "ACCESS_DENIED")
        if partner.certificate is None:
            if partner.recipient.organization_id not in self._machine:
                raise NotTaken(403, "ACCESS_DENIED")
        elif not await signed_by(cms, content, partner.certificate, self._context.at):
            raise NotTaken(403, "SIGNATURE_VERIFICATION_ERROR")
        return content, partner

    async def _place(self, manifest: Manifest) -> int:
        """The organisation that receives.

        Raises:
            NotTaken: it is for somebody else.
        """
        if manifest.recipient != self._partners.source or manifest.recipient_ogrn is None:
            raise NotTaken(422, "ORG_NOT_FOUND_IN_FRMO")
        places = await self._places([manifest.recipient_ogrn])
        if not places:
            raise NotTaken(422, "ORG_NOT_FOUND_IN_FRMO")
        return places[0]

    async def _places(self, ogrns: Sequence[str]) -> list[int]:
        ask = Ask(self._context.at, frozenset({"id", "ogrn"}))
        found = await organizations(self._context.stores.registry, "ogrn", list(ogrns), ask) if ogrns else {}
        return [found[one].id for one in ogrns if one in found]

    async def _known(self, manifest: Manifest, digest: str) -> Receipted | None:
        """What was answered to the same package before.

        Raises:
            NotTaken: another package came under its name.
        """
        store = self._context.stores.documents
        found = await source.known(store, manifest.source, manifest.package, manifest.issue)
        if found is None:
            return None
        if found.manifest_sha256 != digest:
            raise NotTaken(409, "PACKAGE_CONFLICT")
        return Receipted(*opened(store, found), found.verdict == ReceiptVerdict.ACCEPTED)

    async def _new(
        self, unzipping: Unzipping, manifest: Manifest, digest: str, partner: Partner, place: int
    ) -> Receipted:
        kept: list[tuple[Bound, Kept]] = []
        store, code = self._context.stores.documents, None
        keys = await source.reserved(store, len(manifest.documents))
        documents: list[IncomingDocument] = []
        done = False
        try:
            try:
                _fits(manifest)
                for key, described in zip(keys.documents, manifest.documents, strict=True):
                    documents.append(await self._document(unzipping, key, described, place, kept))
                if await unzipping.header() is not None:
                    raise ZipMalformed
            except _Refused as refused:
                code, documents = refused.code, []
            receipted, package = await self._receipted(keys, manifest, digest, partner, place, code, documents)
            # From here on nobody knows what was kept until it is said; what no row names is cleared away later.
            done = code is None
            try:
                async with writing(store) as unit:
                    await source.taken(unit, store, package)
            except TakenAlready:
                done = False
                found = await self._known(manifest, digest)
                if found is None:
                    raise NotTaken(503, "INTERNAL_ERROR") from None
                return found
            return receipted
        finally:
            if not done:
                for _, one in kept:
                    await self._files.remove(one.file)

    async def _document(
        self, unzipping: Unzipping, key: int, said: Described, place: int, kept: list[tuple[Bound, Kept]]
    ) -> IncomingDocument:
        """One document, sealed, with its signatures verified and its content checked.

        Raises:
            NotTaken: what came is not what was signed.
            _Refused: it is not in order.
        """
        bound = Bound(key, 1)
        content = await self._sealed(unzipping, said.content, bound)
        kept.append((bound, content))
        signatures = [await self._signature(unzipping, packed, bound, content) for packed in said.signatures]
        rules = exchange_rules(self._context.at)
        good = any(one.verdict.outcome is Outcome.VALID for one in signatures)
        if said.kind in rules.signed and not good:
            raise _Refused("SIGNATURE_VERIFICATION_ERROR" if signatures else "NO_SIGNATURE")
        issued_on, expires_on = _days(said)
        described = Said(
            number=said.said.get("number"),
            issuer=said.said.get("issuer"),
            issued_on=issued_on,
            expires_on=expires_on,
        )
        checked = await self._checked(said, described, bound, content, place)
        if checked.refusal is not None or not checked.passed:
            raise _Refused("DOCUMENT_NOT_IN_ORDER")
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
            shared_with=await self._places(said.shared_with),
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

    async def _sealed(self, unzipping: Unzipping, packed: Packed, bound: Bound) -> Kept:
        header = await unzipping.header()
        if header is None or header.name != packed.file:
            raise ZipMalformed
        writer, whole = self._files.begin(bound), False
        try:
            async for piece in unzipping.content(header, packed.byte_size):
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

    async def _signature(self, unzipping: Unzipping, packed: Packed, bound: Bound, kept: Kept) -> Signed:
        header = await unzipping.header()
        if header is None or header.name != packed.file or packed.byte_size > manifests.MOST_SIGNATURE_BYTES:
            raise ZipMalformed
        cms = b"".join([piece async for piece in unzipping.content(header, packed.byte_size)])
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
            self._signers[of.ogrn] = next(iter(await self._places([of.ogrn])), None)
        return self._signers[of.ogrn]

    async def _receipted(
        self,
        keys: Reserved,
        manifest: Manifest,
        digest: str,
        partner: Partner,
        place: int,
        code: str | None,
        documents: Sequence[IncomingDocument],
    ) -> tuple[Receipted, IncomingPackage]:
        """The receipt for a package, and the package as it is kept with it."""
        at, number = self._context.at, number_of(keys.package, self._context.at)
        verdict = ReceiptVerdict.ACCEPTED if code is None else ReceiptVerdict.REJECTED
        said = receipts.written(
            ReceiptSaid(
                source=manifest.source,
                package=manifest.package,
                issue=manifest.issue,
                manifest=digest,
                verdict=verdict,
                at=at,
                code=code,
                number=number if code is None else None,
            )
        )
        cms = await self._signed(said, place)
        package = IncomingPackage(
            id=keys.package,
            source=partner.recipient.id,
            package=manifest.package,
            issue=manifest.issue,
            status=verdict.value,
            kind=partner.recipient.kind.value,
            organization_id=place,
            purpose=manifest.purpose,
            basis=manifest.basis,
            basis_number=manifest.basis_number,
            basis_on=manifest.basis_on,
            manifest_sha256=digest,
            code=code,
            number=number,
            receipt_id=keys.receipt,
            receipt=said,
            signature=cms,
            at=at,
            documents=documents,
        )
        return Receipted(said, cms, code is None), package

    async def _signed(self, said: bytes, place: int) -> bytes | None:
        """The signature of the organisation under a receipt, else that of the authority; None without a key."""
        keys = self._context.signing.keys
        key = keys.of(f"org_{place}") or keys.of(AUTHORITY)
        try:
            return None if key is None else await signed(said, key)
        except SigningFailed:
            return None


def _fits(manifest: Manifest) -> None:
    """That the words of a manifest are ones that this cabinet knows.

    Raises:
        _Refused: one is not.
    """
    if manifest.purpose not in tuple(ExchangePurpose) or manifest.basis not in tuple(LegalBasis):
        raise _Refused("ENVELOPE_FORMAT")
    for one in manifest.documents:
        if one.kind not in tuple(DocumentKind):
            raise _Refused("NO_DOCUMENT_KIND_ON_DATE")
        issued_on, expires_on = _days(one)
        if issued_on is not None and expires_on is not None and expires_on <= issued_on:
            raise _Refused("ENVELOPE_FORMAT")


def _days(said: Described) -> tuple[date | None, date | None]:
    issued_on, expires_on = (said.said.get(name) for name in ("issuedOn", "expiresOn"))
    return (
        None if issued_on is None else date.fromisoformat(issued_on),
        None if expires_on is None else date.fromisoformat(expires_on),
    )
