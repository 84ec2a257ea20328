"""What a receipt says is verified, and taken for true."""

import base64
import binascii
from datetime import datetime

from gateway.exchange.partners import Partner
from gateway.exchange.transport import NotDelivered
from resolvers.exchange import receipts
from resolvers.exchange.receipts import ReceiptMalformed, ReceiptSaid, ReceiptVerdict
from resolvers.rules import meaning
from sources.exchange import sending as source
from sources.exchange.package import PackageRecord
from sources.exchange.sending import Receipt
from sources.signing.pinned import signed_by
from sources.stores import Stores


async def read_receipt(
    content: bytes, signature: str | None, partner: Partner, at: datetime
) -> tuple[ReceiptSaid, Receipt]:
    """A receipt of a partner, with its signature verified.

    Raises:
        NotDelivered: it is none, or has not the signature that it must have.
    """
    try:
        said = receipts.read(content)
        cms = None if signature is None else base64.b64decode(signature, validate=True)
    except (ReceiptMalformed, binascii.Error):
        raise NotDelivered("ANSWER_UNREADABLE") from None
    good = cms is not None and partner.certificate is not None
    good = good and await signed_by(cms or b"", content, partner.certificate, at)  # type: ignore[arg-type]
    if not good and (partner.signed or cms is not None):
        raise NotDelivered("RECEIPT_UNSIGNED")
    return said, Receipt(said.verdict.value, said.code, said.number, said.at, content, cms, signed=good)


async def settle(
    stores: Stores,
    package: PackageRecord,
    said: ReceiptSaid,
    receipt: Receipt,
    at: datetime,
    attempt: tuple[str, int | None] | None,
    digest: str | None,
) -> None:
    """Take what a receipt says of a package for true; a refusal that is worth another attempt leads to one."""
    if said.verdict is ReceiptVerdict.REJECTED:
        known = meaning(said.code or "", at)
        if known is not None and known.retryable and attempt is not None:
            raise NotDelivered(said.code or "REFUSED")
        await source.settled(
            stores.documents,
            package,
            "REJECTED",
            code=said.code,
            said=receipts.masked(said.text),
            attempt=attempt,
            receipt=receipt,
            documents="REJECTED",
        )
        return
    accepted = said.verdict is ReceiptVerdict.ACCEPTED
    await source.settled(
        stores.documents,
        package,
        "ACCEPTED" if accepted else "DELIVERED",
        manifest=digest,
        attempt=attempt,
        receipt=receipt,
        documents="REGISTERED" if accepted else "SENT",
    )
