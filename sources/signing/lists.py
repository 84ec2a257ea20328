"""Lists of revoked certificates (CRL): read, and verified before they are believed."""

from pathlib import Path
from typing import Final

from asn1crypto import crl
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sources.signing.certificate import Certificate
from sources.signing.openssl import ran

MOST: Final = 64
_VERIFIED: Final = "verify OK"
# Verified lists, by their thumbprint and that of who signed them.
_verified: dict[tuple[bytes, str], None] = {}


def read_list(place: Path | bytes) -> x509.CertificateRevocationList | None:
    """A list, DER or PEM, in a file or as bytes; None where it is none."""
    try:
        content = place if isinstance(place, bytes) else place.read_bytes()
        if content.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(content)
        return x509.load_der_x509_crl(content)
    except (OSError, ValueError):
        return None


async def is_list_of(found: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    """Whether an authority's key signed a list.

    Raises:
        OpenSslMissing: there is no such command.
        OpenSslTimedOut: it did not end in time.
    """
    if _issuer_name(found) != issuer.subject_name:
        return False
    content = found.public_bytes(Encoding.DER)
    known = (found.fingerprint(SHA256()), issuer.sha256)
    if known not in _verified:
        said = await ran(
            "crl", "-inform", "DER", "-in", "{list}", "-noout", "-verify", "-CAfile", "{issuer}",
            files={"list": content, "issuer": issuer.pem},
        )  # fmt: skip
        if said.code != 0 or _VERIFIED not in said.said:
            return False
        while len(_verified) >= MOST:
            del _verified[next(iter(_verified))]
        _verified[known] = None
    return True


def _issuer_name(found: x509.CertificateRevocationList) -> bytes:
    name: bytes = crl.CertificateList.load(found.public_bytes(Encoding.DER))["tbs_cert_list"]["issuer"].dump()
    return name
