"""Those with whom packages are exchanged, as a file of the settings lists them: where they are, and how they are known.

    {"source": "kabinet-77", "recipients": [
        {"id": "foms-77", "kind": "INSURER", "title": "ТФОМС", "titleEn": "The fund", "ogrn": "1027739000000",
         "endpoint": "https://exchange.example.org/packages", "certificate": "foms.crt"}]}

Files are named from its folder. Each has an `endpoint` or a `folder`, and may have `organization` (the global id for
which it stands), `authority` (who vouches for its server, PEM), `private` (its server may have a private address),
`receipts` (`signed` unless `plain` is said).
"""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from engine.global_id import decode
from resolvers import prefixes
from resolvers.recipient import Recipient
from resolvers.rules.exchange import RecipientKind
from sources.signing.certificate import Certificate, CertificateUnreadable, read_certificate

MOST: Final = 1_000
_ID: Final = re.compile("[a-z0-9][a-z0-9._-]{0,63}")
_OGRN: Final = re.compile("[0-9]{13}|[0-9]{15}")
_REQUIRED: Final = frozenset({"id", "kind", "title", "titleEn"})
_MEMBERS: Final = _REQUIRED | {
    "organization", "ogrn", "endpoint", "folder", "certificate", "authority", "private", "receipts",
}  # fmt: skip


class PartnersInvalid(Exception):
    """The file lists nobody; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Partner:
    """One of those with whom packages are exchanged.

    Attributes:
        endpoint, folder: where packages go, one of both.
        certificate: whose signatures count as its own; without one, it sends nothing, and its receipts are plain.
        authority: the file with whoever vouches for its server; None for those whom the system trusts.
        private: whether its server may have an address of a private net.
        signed: whether its receipts have to be signed.
    """

    recipient: Recipient
    endpoint: str | None = None
    folder: Path | None = None
    certificate: Certificate | None = None
    authority: Path | None = None
    private: bool = False
    signed: bool = True

    def context(self) -> ssl.SSLContext:
        """How its server proves who it is.

        Raises:
            OSError: the file of its authority cannot be read.
        """
        return ssl.create_default_context(cafile=None if self.authority is None else str(self.authority))


@dataclass(frozen=True, slots=True)
class Partners:
    """All of them, and what the cabinet calls itself to them."""

    source: str = ""
    partners: Mapping[str, Partner] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether a file lists them."""
        return bool(self.source)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Whom acts may send to."""
        return tuple(one.recipient for one in self.partners.values())

    def of(self, name: str) -> Partner | None:
        """One by its id; None where there is none."""
        return self.partners.get(name)

    def shown(self) -> str:
        """The list for an operator to read."""
        return ", ".join(f"{name} ({one.recipient.kind.value})" for name, one in self.partners.items()) or "unset"


def read_partners(file: Path) -> Partners:
    """The list in a file.

    Raises:
        PartnersInvalid: it is none, or something of it is wrong.
    """
    try:
        said = json.loads(file.read_bytes())
        source, entries = said["source"], said["recipients"]
    except (OSError, ValueError, KeyError, TypeError):
        raise PartnersInvalid(["expected a JSON file with source, and a list of recipients"]) from None
    faults: list[str] = []
    if not isinstance(source, str) or not _ID.fullmatch(source):
        faults.append("source: expected a name of small letters, digits, dots and dashes")
    if not isinstance(entries, list) or len(entries) > MOST:
        raise PartnersInvalid([*faults, "recipients: expected a list"])
    found: dict[str, Partner] = {}
    for number, entry in enumerate(entries):
        partner = _partner(f"recipients[{number}]", entry, file.parent, faults)
        if partner is not None and partner.recipient.id in found:
            faults.append(f"recipients[{number}].id: another one has it")
        elif partner is not None:
            found[partner.recipient.id] = partner
    if faults:
        raise PartnersInvalid(faults)
    return Partners(source, found)


def _partner(place: str, entry: Any, folder: Path, faults: list[str]) -> Partner | None:
    before = len(faults)
    if not isinstance(entry, dict) or not set(entry) >= _REQUIRED or set(entry) - _MEMBERS:
        faults.append(f"{place}: expected an object with {', '.join(sorted(_REQUIRED))}, and nothing that is not known")
        return None
    texts = {name: value for name, value in entry.items() if name != "private"}
    faults += [f"{place}.{name}: expected a text" for name, one in texts.items() if not (isinstance(one, str) and one)]
    if len(faults) > before:
        return None
    _said_well(place, entry, faults)
    certificate = _certificate(f"{place}.certificate", entry.get("certificate"), folder, faults)
    authority = None if "authority" not in entry else folder / entry["authority"]
    if authority is not None and not authority.is_file():
        faults.append(f"{place}.authority: expected a file that is there")
    signed = entry.get("receipts", "signed") == "signed"
    if "endpoint" in entry and signed and "certificate" not in entry:
        faults.append(f"{place}.certificate: is required where receipts are signed")
    if len(faults) > before:
        return None
    organization = entry.get("organization")
    recipient = Recipient(
        entry["id"],
        RecipientKind(entry["kind"]),
        entry["title"],
        entry["titleEn"],
        None if organization is None else decode(prefixes.ORGANIZATION, organization),
        entry.get("ogrn"),
    )
    return Partner(
        recipient,
        entry.get("endpoint"),
        None if "folder" not in entry else folder / Path(entry["folder"]).expanduser(),
        certificate,
        authority,
        entry.get("private", False),
        signed,
    )


def _said_well(place: str, entry: Mapping[str, Any], faults: list[str]) -> None:
    endpoint = entry.get("endpoint")
    checks = {
        "id": bool(_ID.fullmatch(entry["id"])),
        "kind": entry["kind"] in tuple(RecipientKind),
        "ogrn": "ogrn" not in entry or bool(_OGRN.fullmatch(entry["ogrn"])),
        "organization": "organization" not in entry or decode(prefixes.ORGANIZATION, entry["organization"]) is not None,
        "endpoint": ("endpoint" in entry) != ("folder" in entry) and (endpoint is None or is_endpoint(endpoint)),
        "private": isinstance(entry.get("private", False), bool),
        "receipts": entry.get("receipts", "signed") in {"signed", "plain"},
    }
    expected = {
        "id": "a name of small letters, digits, dots and dashes",
        "kind": "INSURER, REGULATOR or ORGANIZATION",
        "ogrn": "an ОГРН of 13 or 15 digits",
        "organization": "the global id of an organisation",
        "endpoint": "an address such as https://exchange.example.org/packages, or a folder instead",
        "private": "true or false",
        "receipts": "signed or plain",
    }
    faults += [f"{place}.{name}: expected {expected[name]}" for name, well in checks.items() if not well]


def is_endpoint(text: str) -> bool:
    """Whether a text is an address that something can be posted to."""
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def _certificate(place: str, name: str | None, folder: Path, faults: list[str]) -> Certificate | None:
    if name is None:
        return None
    try:
        return read_certificate((folder / name).read_bytes())
    except (OSError, CertificateUnreadable):
        faults.append(f"{place}: expected a file with a certificate")
        return None
