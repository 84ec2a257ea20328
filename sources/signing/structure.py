"""What a CMS says of itself: who signed, by what, when, and the digest of the content; nothing is verified here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import cms, core

from sources.signing.algorithms import DIGESTS, OF_FAMILY, OF_SIGNATURE
from sources.signing.certificate import Certificate, CertificateUnreadable, read_certificate
from sources.signing.faults import Fault

CADES_BES: Final = "CADES_BES"
CADES_T: Final = "CADES_T"
# A signature with the chain of its certificate and a time stamp has less than a third of it.
LARGEST: Final = 32_768
_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
# The version of a signer by how he is named: by issuer and number, or by his key.
_VERSIONS: Final = {"issuer_and_serial_number": "v1", "subject_key_identifier": "v3"}
# What the library raises on bytes that mean nothing.
UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class Refused(Exception):
    """It is no signature that could be verified here."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Structure:
    """A detached CAdES signature of one signer.

    Attributes:
        digest: OpenSSL's name of the algorithm of the content's digest; None for one that is not known.
        family: of the signature, of `algorithms.FAMILIES`; None for another.
        claimed_at: when it was signed, as the signer says; None where he does not.
        signature: the value itself, over which a time stamp stands.
        stamp: the token of a time stamp.
        others: certificates that came with it, beside the signer's.
    """

    certificate: Certificate
    digest: str | None
    family: str | None
    claimed_at: datetime | None
    signature: bytes
    stamp: bytes | None
    others: tuple[bytes, ...]

    @property
    def profile(self) -> str:
        """CADES_BES or CADES_T."""
        return CADES_BES if self.stamp is None else CADES_T


def read(content: bytes) -> Structure:
    """What a detached signature says.

    Raises:
        Refused: it is none, has its content inside, none or several signers, or is no CAdES.
    """
    if len(content) > LARGEST:
        raise Refused(Fault.MALFORMED)
    try:
        return _read(content)
    except UNREADABLE:
        raise Refused(Fault.MALFORMED) from None


def _read(content: bytes) -> Structure:
    info = cms.ContentInfo.load(content, strict=True)
    if info["content_type"].dotted != _SIGNED_DATA:
        raise Refused(Fault.MALFORMED)
    data = info["content"]
    inner = data["encap_content_info"]
    if inner["content"].native is not None:
        raise Refused(Fault.ATTACHED)
    if inner["content_type"].dotted != _DATA:
        raise Refused(Fault.MALFORMED)
    signers = data["signer_infos"]
    if len(signers) != 1:
        raise Refused(Fault.SEVERAL_SIGNERS if len(signers) else Fault.MALFORMED)
    signer = signers[0]
    _consistent(data, signer)
    signed, unsigned = _attributes(signer["signed_attrs"]), _attributes(signer["unsigned_attrs"])
    if _CONTENT_TYPE not in signed or _MESSAGE_DIGEST not in signed:
        raise Refused(Fault.PROFILE)
    if _SIGNING_CERTIFICATE_V2 not in signed and _SIGNING_CERTIFICATE not in signed:
        raise Refused(Fault.PROFILE)
    found, others = _certificates(data, signer)
    digest = DIGESTS.get(signer["digest_algorithm"]["algorithm"].dotted)
    family = OF_SIGNATURE.get(signer["signature_algorithm"]["algorithm"].dotted)
    if family is not None and (family != found.family or digest not in OF_FAMILY[family]):
        family = None
    return Structure(
        certificate=found,
        digest=digest,
        family=family,
        claimed_at=_time(signed.get(_SIGNING_TIME)),
        signature=signer["signature"].native,
        stamp=unsigned[_TIME_STAMP].dump() if _TIME_STAMP in unsigned else None,
        others=others,
    )


def _consistent(data: Any, signer: Any) -> None:
    """That what no signature covers says what it has to say, and nothing else: no byte of it may be changed unseen.

    Raises:
        Refused: it says something else.
    """
    version = _VERSIONS[signer["sid"].name]
    digests = data["digest_algorithms"]
    right = (
        signer["version"].native == version
        and data["version"].native == version
        and len(digests) == 1
        and digests[0].dump() == signer["digest_algorithm"].dump()
    )
    for algorithm in (signer["digest_algorithm"], signer["signature_algorithm"]):
        dotted = algorithm["algorithm"].dotted
        right = right and (dotted == "1.2.840.113549.1.1.10" or algorithm["parameters"].native is None)
    if not right:
        raise Refused(Fault.MALFORMED)


def _attributes(found: Any) -> dict[str, Any]:
    """The value of each attribute, each of which stands once and has one.

    Raises:
        Refused: one stands twice, or has none or several values.
    """
    if isinstance(found, core.Void):
        return {}
    values: dict[str, Any] = {}
    for one in found:
        name = one["type"].dotted
        if name in values or len(one["values"]) != 1:
            raise Refused(Fault.MALFORMED)
        values[name] = one["values"][0]
    return values


def _certificates(data: Any, signer: Any) -> tuple[Certificate, tuple[bytes, ...]]:
    """The certificate of the signer, and the others."""
    sid = signer["sid"]
    his: list[bytes] = []
    others: list[bytes] = []
    for one in () if isinstance(data["certificates"], core.Void) else data["certificates"]:
        if one.name != "certificate":
            raise Refused(Fault.MALFORMED)
        found = one.chosen
        (his if _is_of(found, sid) else others).append(found.dump())
    if not his:
        raise Refused(Fault.CERTIFICATE_MISSING)
    if len(his) > 1:
        raise Refused(Fault.MALFORMED)
    try:
        return read_certificate(his[0]), tuple(others)
    except CertificateUnreadable:
        raise Refused(Fault.MALFORMED) from None


def _is_of(certificate: Any, sid: Any) -> bool:
    if sid.name == "subject_key_identifier":
        found = certificate.key_identifier
        return found is not None and bool(found == sid.native)
    named, inner = sid.chosen, certificate["tbs_certificate"]
    same: bool = (
        inner["serial_number"].native == named["serial_number"].native
        and inner["issuer"].dump() == named["issuer"].dump()
    )
    return same


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    found = value.native
    return found.astimezone(UTC) if isinstance(found, datetime) else None
