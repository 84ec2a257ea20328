"""A certificate of a signing key (X.509), in DER or in PEM."""

from mmap import mmap
from typing import Final

from asn1crypto import pem, x509

from sources.examining import bounds
from sources.examining.examined import CERTIFICATE, Certificate, Examined, FaultCode, refused

_SNILS, _OGRN = "1.2.643.100.3", "1.2.643.100.1"
_ALGORITHMS: Final = {
    "rsa": "RSA",
    "1.2.840.113549.1.1.1": "RSA",
    "ec": "EC",
    "1.2.840.10045.2.1": "EC",
    "1.2.643.7.1.1.1.1": "GOST_2012_256",
    "1.2.643.7.1.1.1.2": "GOST_2012_512",
}
_DASHES: Final = b"-----END CERTIFICATE-----"


def look_at_certificate(content: mmap) -> Examined:
    """What a certificate says; nothing is verified here."""
    if len(content) > bounds.MOST_CERTIFICATE:
        return refused(FaultCode.UNSUPPORTED_FORMAT)
    data = bytes(content)
    if data[:1] == b"-":
        body, dashes, rest = data.partition(_DASHES)
        if not dashes or rest.strip():
            return refused(FaultCode.MIXED_FORMATS if dashes else FaultCode.DAMAGED, CERTIFICATE)
        data = body + dashes
    try:
        if data[:1] == b"-":
            _, _, data = pem.unarmor(data)
        read = x509.Certificate.load(data, strict=True)
        algorithm = read["tbs_certificate"]["subject_public_key_info"]["algorithm"]["algorithm"].dotted
        term = read["tbs_certificate"]["validity"]
        found = Certificate(
            serial=f"{read.serial_number:x}",
            snils=_said(read.subject, _SNILS),
            ogrn=_said(read.subject, _OGRN),
            starts_at=term["not_before"].native,
            ends_at=term["not_after"].native,
            algorithm=_ALGORITHMS.get(algorithm, "OTHER"),
        )
        read.native  # noqa: B018 - reads all of it
    except (ValueError, TypeError, KeyError, LookupError):
        return refused(FaultCode.DAMAGED if content[:1] == b"-" else FaultCode.UNSUPPORTED_FORMAT)
    return Examined(media_type=CERTIFICATE, certificate=found)


def _said(name: x509.Name, wanted: str) -> str | None:
    for pair in (pair for part in name.chosen for pair in part):
        if pair["type"].dotted == wanted:
            return str(pair["value"].native)
    return None
