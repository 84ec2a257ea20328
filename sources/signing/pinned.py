"""Signatures of those whose certificate is known beforehand: no authority stands between them and us."""

from datetime import datetime

from sources.signing.certificate import Certificate
from sources.signing.openssl import STDIN, OpenSslMissing, OpenSslTimedOut, ran
from sources.signing.structure import Refused, read


async def signed_by(cms: bytes, content: bytes, certificate: Certificate, at: datetime) -> bool:
    """Whether a detached CMS over some bytes was made with the key of this very certificate, valid at an instant.

    That OpenSSL is not there, or does not end, is no: whoever sent it sends it again.
    """
    try:
        structure = read(cms)
    except Refused:
        return False
    if structure.certificate.sha256 != certificate.sha256 or not certificate.valid_from <= at < certificate.valid_to:
        return False
    try:
        ended = await ran(
            "cms", "-verify", "-binary", "-inform", "DER", "-in", "{cms}", "-content", STDIN,
            "-nointern", "-certfile", "{signer}", "-CAfile", "{signer}",
            "-partial_chain", "-no_check_time", "-purpose", "any", "-out", "/dev/null",
            given=content,
            files={"cms": cms, "signer": certificate.pem},
        )  # fmt: skip
    except (OpenSslMissing, OpenSslTimedOut):
        return False
    return ended.code == 0
