"""How a package is taken in: as a stream, each content sealed as it comes, and all of it kept or nothing.

First comes the manifest with its signature: nobody's bytes are kept before it is known whose they are. What does not
stand in it does not come in.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.exchange.incoming import Incoming, NotTaken, Refused, days, places
from gateway.exchange.partners import Partner, Partners
from resolvers.context import Context
from resolvers.document.kinds import DocumentKind
from resolvers.exchange import manifest as manifests
from resolvers.exchange import number_of, receipts
from resolvers.exchange.manifest import Manifest, ManifestMalformed
from resolvers.exchange.receipts import ReceiptSaid, ReceiptVerdict
from resolvers.exchange.zipping import Unzipping, ZipMalformed
from resolvers.rules.exchange import ExchangePurpose, LegalBasis
from sources.exchange import receiving as source
from sources.exchange.kept_receipt import opened
from sources.exchange.receiving import IncomingDocument, IncomingPackage, Reserved, TakenAlready
from sources.postgres.writing import writing
from sources.signing.making import AUTHORITY, SigningFailed, signed
from sources.signing.pinned import signed_by

MOST_BYTES: Final = 2**30
# Contents go to where they are kept as they come; signatures are in memory until all is there.
MOST_OF_SIGNATURES: Final = 2**24


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
        found = await places(self._context, [manifest.recipient_ogrn])
        if not found:
            raise NotTaken(422, "ORG_NOT_FOUND_IN_FRMO")
        return found[0]

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
        if sum(one.byte_size for said in manifest.documents for one in said.signatures) > MOST_OF_SIGNATURES:
            raise NotTaken(413, "ENVELOPE_TOO_LARGE")
        incoming = Incoming(self._context, unzipping)
        store, code = self._context.stores.documents, None
        keys = await source.reserved(store, len(manifest.documents))
        documents: list[IncomingDocument] = []
        done = False
        try:
            try:
                _fits(manifest)
                for key, described in zip(keys.documents, manifest.documents, strict=True):
                    documents.append(await incoming.document(key, described, place))
                if await unzipping.header() is not None:
                    raise ZipMalformed
            except Refused as refused:
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
                for one in incoming.kept:
                    await self._context.stores.files.remove(one.file)

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
        Refused: one is not.
    """
    if manifest.purpose not in tuple(ExchangePurpose) or manifest.basis not in tuple(LegalBasis):
        raise Refused("ENVELOPE_FORMAT")
    for one in manifest.documents:
        if one.kind not in tuple(DocumentKind):
            raise Refused("NO_DOCUMENT_KIND_ON_DATE")
        issued_on, expires_on = days(one)
        if issued_on is not None and expires_on is not None and expires_on <= issued_on:
            raise Refused("ENVELOPE_FORMAT")
