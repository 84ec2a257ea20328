"""The certificate that a caller came with, for whoever answers him; the proxy before this program tells it."""

from typing import Final

from gateway.http.headers import Scope
from gateway.identity.certificates import thumbprint

# Not a name that a header can have.
CERTIFICATE: Final = b":certificate"


def certified(scope: Scope, header: bytes) -> Scope:
    """A request with the SHA-256 of the certificate that a trusted header tells, and without that header."""
    headers = scope["headers"]
    told = [value for name, value in headers if name == header]
    # A header that stands twice was not written by the proxy alone.
    found = thumbprint(told[0]) if len(told) == 1 else None
    kept = [one for one in headers if one[0] not in {header, CERTIFICATE}]
    return {**scope, "headers": kept if found is None else [*kept, (CERTIFICATE, found)]}
