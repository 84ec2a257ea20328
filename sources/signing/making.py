"""Signatures of organisations: a detached CAdES-BES over content of any length, made with a key that lies in a file."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sources.signing.algorithms import OF_FAMILY
from sources.signing.certificate import Certificate, CertificateUnreadable, read_certificate
from sources.signing.openssl import OpenSslMissing, OpenSslTimedOut, ran

# Who decides on accreditations; every other key is of an organisation, by its global id.
AUTHORITY: Final = "authority"
_MOST_KEYS: Final = 10_000


class SigningFailed(Exception):
    """OpenSSL makes no signature with the key; the text says why, and holds nothing of the content or the key."""


class KeysInvalid(Exception):
    """The file lists no keys; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class OrganizationKey:
    """The key of an organisation.

    Attributes:
        owner: global id of the organisation, or `AUTHORITY`.
        key: the file with the key, PEM; it is read by OpenSSL alone.
    """

    owner: str
    certificate: Certificate
    key: Path = field(repr=False)

    @property
    def ogrn(self) -> str | None:
        """The state number of the organisation (ОГРН), as the certificate has it."""
        return self.certificate.ogrn

    def holds(self, at: datetime) -> bool:
        """Whether the certificate is valid at an instant."""
        return self.certificate.valid_from <= at < self.certificate.valid_to


@dataclass(frozen=True, slots=True)
class OrganizationKeys:
    """The keys of organisations that this cabinet signs for."""

    keys: Mapping[str, OrganizationKey] = field(default_factory=dict)

    def of(self, owner: str) -> OrganizationKey | None:
        """The key of an organisation by its global id, or of the `AUTHORITY`; None where there is none."""
        return self.keys.get(owner)


async def signed(content: bytes | AsyncIterator[bytes], key: OrganizationKey) -> bytes:
    """A detached CAdES-BES over the content, in DER, with the certificate in it.

    Raises:
        SigningFailed: the key cannot be read or does not fit its certificate, or OpenSSL lacks its engine.
    """
    family = key.certificate.family
    if family is None:
        raise SigningFailed("the certificate has a key that nobody signs with")
    try:
        made = await ran(
            "cms", "-sign", "-binary", "-cades", "-nosmimecap", "-outform", "DER",
            "-md", OF_FAMILY[family][0], "-signer", "{certificate}", "-inkey", str(key.key),
            given=content,
            files={"certificate": key.certificate.pem},
        )  # fmt: skip
    except OpenSslMissing:
        raise SigningFailed("there is no command openssl") from None
    except OpenSslTimedOut:
        raise SigningFailed("openssl did not end in time") from None
    if made.code != 0 or not made.output:
        raise SigningFailed(
            "openssl makes no signature with the key: it cannot be read, does not fit or lacks its engine"
        )
    return made.output


async def check(key: OrganizationKey, at: datetime | None = None) -> str | None:
    """What is wrong with a key, if anything is."""
    if not key.holds(datetime.now(UTC) if at is None else at):
        return "its certificate is not valid today"
    try:
        await signed(b"kabinet check", key)
    except SigningFailed as failed:
        return str(failed)
    return None


def read_keys(file: Path) -> OrganizationKeys:
    """The keys that a file lists: `{"keys": [{"owner": "org_1", "certificate": "a.crt", "key": "a.key"}]}`.

    Files are named from its folder.

    Raises:
        KeysInvalid: it lists none, or something of it is wrong.
    """
    try:
        entries = json.loads(file.read_bytes())["keys"]
    except (OSError, ValueError, KeyError, TypeError):
        raise KeysInvalid([f"expected a JSON file with a list of keys, {file.name} is none"]) from None
    if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
        raise KeysInvalid(["expected keys to be a list"])
    faults: list[str] = []
    found: dict[str, OrganizationKey] = {}
    for place, entry in enumerate(entries):
        key = _entry(f"keys[{place}]", entry, file.parent, faults)
        if key is not None and key.owner in found:
            faults.append(f"keys[{place}]: its owner has another key in the list")
        elif key is not None:
            found[key.owner] = key
    if faults:
        raise KeysInvalid(faults)
    return OrganizationKeys(found)


def _entry(place: str, entry: Any, folder: Path, faults: list[str]) -> OrganizationKey | None:
    members = ("owner", "certificate", "key")
    if not isinstance(entry, dict) or sorted(entry) != sorted(members):
        faults.append(f"{place}: expected an object with {', '.join(members)}")
        return None
    if not all(isinstance(entry[name], str) and entry[name] for name in members):
        faults.append(f"{place}: expected {', '.join(members)} to be texts")
        return None
    key = folder / Path(entry["key"]).expanduser()
    if not key.is_file():
        faults.append(f"{place}: expected key to be a file that is there")
    try:
        certificate = read_certificate((folder / Path(entry["certificate"]).expanduser()).read_bytes())
    except (OSError, CertificateUnreadable):
        faults.append(f"{place}: expected certificate to be a file with a certificate")
        return None
    return OrganizationKey(entry["owner"], certificate, key)
