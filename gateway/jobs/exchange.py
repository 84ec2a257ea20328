"""Sends the packages that wait: at least once, under the same name each time, by which the recipient knows it again.

A package is claimed before it is tried. The recipient that took it may still be unknown to us when the connection
breaks or the process dies; then it is sent again, and is answered with the same receipt.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Final

from engine.global_id import encode
from gateway.exchange.partners import Partner, Partners
from gateway.exchange.settling import read_receipt, settle
from gateway.exchange.transport import (
    ISSUE,
    MEDIA,
    PACKAGE,
    SIGNATURE,
    SOURCE,
    Answered,
    NotDelivered,
    dropped,
    posted,
)
from gateway.log import Log
from resolvers import prefixes
from resolvers.exchange import manifest as manifests
from resolvers.exchange.manifest import Described, Manifest, Packed, place
from resolvers.exchange.receipts import ReceiptVerdict
from resolvers.exchange.zipping import Entry, ZipMalformed, length, zipped
from resolvers.rules import exchange_rules
from sources.documents import document as documents
from sources.documents.kept_signature import kept_under, opened_cms
from sources.documents.version import VersionRecord, of_version
from sources.exchange import sending as source
from sources.exchange.package import PackageRecord
from sources.files import FileLost, FilesUnavailable, IntegrityBroken
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.signing.making import AUTHORITY, OrganizationKeys, SigningFailed, signed
from sources.stores import Stores

AT_ONCE: Final = 2
# An attempt is over before its claim is.
ATTEMPT_SECONDS: Final = 240.0
CLAIM_SECONDS: Final = 300.0
TOOK: Final = frozenset({200, 201, 202})


class Sender:
    """Sends what is due; several processes share the work, each package is one's at a time."""

    def __init__(
        self,
        stores: Stores,
        partners: Partners,
        keys: OrganizationKeys,
        clock: Callable[[], datetime],
        log: Log,
        *,
        seconds: float = ATTEMPT_SECONDS,
        first_pause: float | None = None,
    ) -> None:
        self._stores = stores
        self._partners = partners
        self._keys = keys
        self._clock = clock
        self._log = log
        self._seconds = seconds
        self._first_pause = first_pause

    async def run(self) -> int:
        """Try some that are due; how many.

        Raises:
            SourceFailure: the store is lost; what was claimed is tried again when the claim ends.
        """
        claimed = await source.claim(self._stores.documents, AT_ONCE, CLAIM_SECONDS)
        for package in claimed:
            await self._tried(package)
        return len(claimed)

    async def _tried(self, package: PackageRecord) -> None:
        partner = self._partners.of(package.counterpart)
        status: int | None = None
        if partner is None:
            await self._again(package, "RECIPIENT_UNKNOWN", None)
            return
        try:
            manifest, entries = await self._packed(package, partner)
            if partner.folder is not None:
                async with aclosing(zipped(entries)) as content:
                    await dropped(partner.folder, package.source, package.package, package.issue, content)
                await self._dropped(package, manifest)
                return
            async with aclosing(zipped(entries)) as content:
                answer = await posted(partner, content, length(entries), _headers(package), self._seconds)
            reach("exchange_sent")
            status = answer.status
            await self._answered(package, partner, manifest, answer)
        except NotDelivered as failed:
            await self._again(package, failed.code, status)
        except SigningFailed:
            await self._again(package, "KEY_MISSING", None)
        except (FileLost, IntegrityBroken, FilesUnavailable, ZipMalformed):
            await self._again(package, "CONTENT_LOST", None)

    async def _packed(self, package: PackageRecord, partner: Partner) -> tuple[bytes, list[Entry]]:
        """The signed manifest of a package, and all that travels.

        Raises:
            NotDelivered: a content is not there.
            SigningFailed: there is no key, or none that signs.
        """
        store, at = self._stores.documents, self._clock()
        packed = await source.packed(store, package.id)
        rows = await documents.documents(store, [one.document_id for one in packed], Ask(at))
        allowed = exchange_rules(at).recipients[partner.recipient.kind].metadata
        described, entries = [], []
        for number, one in enumerate(packed, 1):
            version, row = await of_version(store, one.document_id, one.content_version), rows.get(one.document_id)
            if version is None or row is None or version.sha256 != one.sha256:
                raise NotDelivered("CONTENT_LOST")
            owner = None if row.practitioner_id is None else encode(prefixes.PRACTITIONER, row.practitioner_id)
            under = await kept_under(store, one.document_id, one.content_version)
            signatures = [opened_cms(store, each) for each in under if each.verdict == "VALID"]
            entries.append(Entry(place(number), version.byte_size, self._content(version)))
            entries += [Entry(place(number, index), len(cms), cms) for index, cms in enumerate(signatures, 1)]
            described.append(
                Described(
                    encode(prefixes.DOCUMENT, one.document_id),
                    one.content_version,
                    row.kind,
                    version.media_type,
                    Packed(place(number), version.byte_size, version.sha256),
                    tuple(
                        Packed(place(number, index), len(cms), manifests.digest(cms))
                        for index, cms in enumerate(signatures, 1)
                    ),
                    manifests.described(row, owner, allowed),
                )
            )
        said = manifests.written(await self._manifest(package, partner, tuple(described)))
        owner = AUTHORITY if package.organization_id is None else encode(prefixes.ORGANIZATION, package.organization_id)
        key = self._keys.of(owner)
        if key is None:
            raise SigningFailed("there is no key")
        cms = await signed(said, key)
        head = [Entry(manifests.NAME, len(said), said), Entry(manifests.SIGNATURE, len(cms), cms)]
        return said, [*head, *entries]

    async def _manifest(self, package: PackageRecord, partner: Partner, described: tuple[Described, ...]) -> Manifest:
        place_, ogrn = package.organization_id, None
        if place_ is not None:
            ask = Ask(package.made_at, frozenset({"id", "ogrn"}))
            found = await organizations(self._stores.registry, "id", [place_], ask)
            ogrn = found[place_].ogrn if place_ in found else None
        return Manifest(
            source=package.source,
            package=package.package,
            issue=package.issue,
            made_at=package.made_at,
            sender_ogrn=ogrn,
            recipient=partner.recipient.id,
            recipient_ogrn=partner.recipient.ogrn,
            purpose=package.purpose,
            basis=package.basis,
            basis_number=package.basis_number,
            basis_on=package.basis_on,
            in_answer_to=None if package.request_id is None else f"inforeq_{package.request_id}",
            documents=described,
        )

    async def _content(self, version: VersionRecord) -> AsyncIterator[bytes]:
        async for piece in self._stores.files.read(version.kept, version.bound):
            yield piece

    async def _dropped(self, package: PackageRecord, manifest: bytes) -> None:
        digest = manifests.digest(manifest)
        await source.settled(
            self._stores.documents, package, "SENT", manifest=digest, attempt=("DROPPED", None), documents="SENT"
        )

    async def _answered(self, package: PackageRecord, partner: Partner, manifest: bytes, answer: Answered) -> None:
        """Take an answer for what it says: a receipt, or that it is to be tried later.

        Raises:
            NotDelivered: it says nothing that could be relied on.
        """
        answer.see_it_decided()
        digest = manifests.digest(manifest)
        if answer.status == 202 and not answer.content:
            await source.settled(
                self._stores.documents,
                package,
                "SENT",
                manifest=digest,
                attempt=("TAKEN", answer.status),
                documents="SENT",
            )
            return
        said, receipt = await read_receipt(answer.content, answer.headers.get(SIGNATURE), partner, self._clock())
        if (said.source, said.package, said.issue) != (package.source, package.package, package.issue):
            raise NotDelivered("ANSWER_UNREADABLE")
        if said.verdict is not ReceiptVerdict.REJECTED and (answer.status not in TOOK or said.manifest != digest):
            raise NotDelivered("ANSWER_UNREADABLE")
        await settle(self._stores, package, said, receipt, self._clock(), (said.verdict, answer.status), digest)
        self._log.event(
            "package answered", package=str(package.id), recipient=package.counterpart, verdict=said.verdict
        )

    async def _again(self, package: PackageRecord, code: str, status: int | None) -> None:
        """Try it later, or give it up."""
        at = self._clock()
        trying = exchange_rules(at).delivery
        store, attempt = self._stores.documents, (code, status)
        next_at = trying.next_at(package.attempts, at, self._first_pause)
        if next_at is None:
            await source.settled(store, package, "DEAD", code=code, attempt=attempt)
            self._log.event("package given up", package=str(package.id), recipient=package.counterpart, code=code)
            return
        await source.settled(store, package, package.status, code=code, next_at=next_at, attempt=attempt)


def _headers(package: PackageRecord) -> dict[str, str]:
    return {
        "content-type": MEDIA,
        SOURCE: package.source,
        PACKAGE: str(package.package),
        ISSUE: str(package.issue),
    }
