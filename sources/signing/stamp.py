"""Time stamps over signatures (CAdES-T): read, and verified against who is trusted."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp

from sources.signing.certificate import Certificate, CertificateUnreadable, read_certificate
from sources.signing.faults import Fault
from sources.signing.openssl import ran
from sources.signing.structure import UNREADABLE, Refused

_SIGNED: bytes = b"Verification: OK"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp: when it was made, and the certificate of who made it."""

    token: bytes
    at: datetime
    certificate: Certificate


def read_stamp(token: bytes) -> Stamp:
    """A token of a time stamp.

    Raises:
        Refused: it is none, or does not have the one certificate of who made it.
    """
    try:
        data = cms.ContentInfo.load(token, strict=True)["content"]
        inner = data["encap_content_info"]["content"].parsed
        if not isinstance(inner, tsp.TSTInfo) or len(data["signer_infos"]) != 1:
            raise Refused(Fault.STAMP_BROKEN)
        sid = data["signer_infos"][0]["sid"]
        serial = sid.chosen["serial_number"].native if sid.name == "issuer_and_serial_number" else None
        found = [
            one.chosen.dump()
            for one in data["certificates"]
            if one.name == "certificate" and one.chosen["tbs_certificate"]["serial_number"].native == serial
        ]
        at = inner["gen_time"].native
        if len(found) != 1 or not isinstance(at, datetime):
            raise Refused(Fault.STAMP_BROKEN)
        return Stamp(token, at, read_certificate(found[0]))
    except (*UNREADABLE, CertificateUnreadable):
        raise Refused(Fault.STAMP_BROKEN) from None


async def stamps(stamp: Stamp, signature: bytes, trusted: bytes) -> bool:
    """Whether a time stamp is one over the signature, by somebody whose certificate the trusted ones (PEM) issued.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    found = await ran(
        "ts", "-verify", "-token_in", "-in", "{token}", "-data", "{signature}", "-CAfile", "{trusted}",
        "-partial_chain", "-attime", str(int(stamp.at.timestamp())),
        files={"token": stamp.token, "signature": signature, "trusted": trusted},
    )  # fmt: skip
    return found.code == 0 and _SIGNED in found.output
