"""What a certificate of a signing key says of itself; whether that is true, `verifying.py` finds out."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from sources.signing.algorithms import EC, GOST, LEAST_EC_BITS, LEAST_RSA_BITS, OF_KEY, RSA

SNILS: Final = "1.2.643.100.3"
OGRN: Final = "1.2.643.100.1"
INN: Final = ("1.2.643.3.131.1.1", "1.2.643.100.4")
COMMON_NAME: Final = "2.5.4.3"
SURNAME: Final = "2.5.4.4"
ORGANIZATION_NAME: Final = "2.5.4.10"
GIVEN_NAME: Final = "2.5.4.42"
# Classes of the means of an electronic signature: КС1 to КА1.
CLASSES: Final = "1.2.643.100.113."
# More places with one list nobody needs.
MOST_LISTS: Final = 4


class CertificateUnreadable(Exception):
    """It is no X.509 certificate."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate.

    Attributes:
        serial: in lower-case hexadecimal.
        subject_key, issuer_key: what its key and that of its issuer are known by; None where it does not say.
        family: of its key, of `algorithms.FAMILIES`; None for another, or one that is too short.
        policies: object identifiers; of them `classes` are those of the means of signature, such as 1.2.643.100.113.1.
        signs: whether its key may be used to sign documents.
        lists: URLs where it says that lists with it, were it revoked, are to be had (CRL distribution points).
    """

    der: bytes
    serial: str
    issuer: str
    issuer_name: bytes
    subject_name: bytes
    subject_key: bytes | None
    issuer_key: bytes | None
    valid_from: datetime
    valid_to: datetime
    family: str | None
    policies: tuple[str, ...]
    signs: bool
    name: str | None
    family_name: str | None
    given_name: str | None
    organization: str | None
    snils: str | None
    ogrn: str | None
    inn: str | None
    lists: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of the means of signature."""
        return tuple(one for one in self.policies if one.startswith(CLASSES))

    @property
    def sha256(self) -> str:
        """Thumbprint."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def holder(self) -> str | None:
        """Whose it is, as it says: a person's surname and names, else the common name."""
        full = " ".join(filter(None, (self.family_name, self.given_name)))
        return full or self.name

    def issued(self, other: "Certificate") -> bool:
        """Whether it names itself as the issuer of another; its signature says whether that is so."""
        same = None in (other.issuer_key, self.subject_key) or other.issuer_key == self.subject_key
        return other.issuer_name == self.subject_name and same

    @property
    def pem(self) -> bytes:
        """The form that OpenSSL takes from a list."""
        return x509.load_der_x509_certificate(self.der).public_bytes(Encoding.PEM)


def read_certificate(content: bytes) -> Certificate:
    """A certificate in DER or PEM.

    Raises:
        CertificateUnreadable: it is none.
    """
    try:
        return _certificate(_loaded(content))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, UnsupportedAlgorithm) as fault:
        raise CertificateUnreadable from fault


def _loaded(content: bytes) -> x509.Certificate:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def _certificate(found: x509.Certificate) -> Certificate:
    der = found.public_bytes(Encoding.DER)
    # The other library reads names of any length without a word; of keys by GOST it must not be asked.
    said = asn1.Certificate.load(der, strict=True)["tbs_certificate"]
    subject, issuer = _attributes(said["subject"]), _attributes(said["issuer"])
    return Certificate(
        der=der,
        serial=f"{found.serial_number:x}",
        issuer=_of(issuer, (COMMON_NAME, ORGANIZATION_NAME)) or "?",
        issuer_name=said["issuer"].dump(),
        subject_name=said["subject"].dump(),
        subject_key=_subject_key(found),
        issuer_key=_issuer_key(found),
        valid_from=found.not_valid_before_utc,
        valid_to=found.not_valid_after_utc,
        family=_family(found),
        policies=_policies(found),
        signs=_signs(found),
        name=_of(subject, (COMMON_NAME,)),
        family_name=_of(subject, (SURNAME,)),
        given_name=_of(subject, (GIVEN_NAME,)),
        organization=_of(subject, (ORGANIZATION_NAME,)),
        snils=_digits(_of(subject, (SNILS,)), 11),
        ogrn=_digits(_of(subject, (OGRN,)), 13),
        inn=_of(subject, INN),
        lists=_lists(found),
    )


def _family(found: x509.Certificate) -> str | None:
    family = OF_KEY.get(found.public_key_algorithm_oid.dotted_string)
    if family in GOST:
        return family  # the library has no such keys
    key = found.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        return RSA
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= LEAST_EC_BITS:
        return EC
    return None


def _attributes(name: Any) -> Mapping[str, list[str]]:
    """The values of a name by the kind of attribute."""
    found: dict[str, list[str]] = {}
    for relative in name.chosen:
        for one in relative:
            found.setdefault(one["type"].dotted, []).append(str(one["value"].native))
    return found


def _of(name: Mapping[str, list[str]], kinds: Iterable[str]) -> str | None:
    """The value of the first attribute that is there; several values of it leave nobody named."""
    for kind in kinds:
        if kind in name:
            return name[kind][0] if len(name[kind]) == 1 else None
    return None


def _digits(text: str | None, length: int) -> str | None:
    return text if text is not None and text.isascii() and text.isdigit() and len(text) == length else None


def _subject_key(found: x509.Certificate) -> bytes | None:
    try:
        return found.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _issuer_key(found: x509.Certificate) -> bytes | None:
    try:
        return found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except x509.ExtensionNotFound:
        return None


def _policies(found: x509.Certificate) -> tuple[str, ...]:
    try:
        policies = found.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(one.policy_identifier.dotted_string for one in policies)


def _lists(found: x509.Certificate) -> tuple[str, ...]:
    """Where whole lists of its own issuer are; what cannot be read of this leaves the certificate as it is."""
    try:
        points = found.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    whole = [one for one in points if one.crl_issuer is None and one.reasons is None]
    names = [name for one in whole for name in one.full_name or () if isinstance(name, x509.UniformResourceIdentifier)]
    return tuple(dict.fromkeys(name.value for name in names))[:MOST_LISTS]


def _signs(found: x509.Certificate) -> bool:
    """Whether it is of a key that signs, and not of an authority."""
    try:
        usage = found.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE).value
    except x509.ExtensionNotFound:
        return False
    if not isinstance(usage, x509.KeyUsage):
        return False
    return (usage.digital_signature or usage.content_commitment) and not usage.key_cert_sign
