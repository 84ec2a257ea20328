"""Electronic signatures: CMS read, verified and made. OpenSSL's command does what takes a key; no store is asked here.

`verifying.py` says what a signature is worth, `making.py` makes one with the key of an organisation. Both speak to
OpenSSL through `openssl.py`. `structure.py` and `certificate.py` read what a signature says of itself, `trust.py` keeps
whom we believe, `revocation.py` who is believed no more, by the lists that `lists.py` verifies and `distributed.py`
fetches; `stamp.py` reads time stamps.
"""

from dataclasses import dataclass, field

from sources.signing.making import OrganizationKeys
from sources.signing.trust import Trust, TrustFolder


@dataclass(frozen=True, slots=True)
class Signing:
    """What a process verifies and signs with: whom it believes, and the keys of the organisations that it signs for."""

    folder: TrustFolder = field(default_factory=TrustFolder)
    keys: OrganizationKeys = field(default_factory=OrganizationKeys)

    @property
    def trust(self) -> Trust:
        """Whom it believes now."""
        return self.folder.current()
