import base64
import hashlib
from urllib.parse import quote

import pytest

from gateway.http.certified import CERTIFICATE, certified
from gateway.identity.certificates import LONGEST, thumbprint

DER = bytes(range(256)) * 4
TOLD = b":" + base64.b64encode(DER) + b":"
PEM = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(DER).decode()}-----END CERTIFICATE-----\n"
OWN = hashlib.sha256(DER).digest()
HEADER = b"client-cert"


@pytest.mark.parametrize("header", [TOLD, b" " + TOLD, quote(PEM).encode(), quote(PEM, safe="").encode()])
def test_a_certificate_is_told_in_one_of_two_ways(header: bytes) -> None:
    assert thumbprint(header) == OWN


@pytest.mark.parametrize(
    "header",
    [None, b"", b":", b"::", b"x", TOLD[:-1], b":" + b"=" * 8 + b":",
     quote(PEM)[:-30].encode(), b"x" + quote(PEM).encode(), OWN.hex().encode(),
     b":" + b"A" * LONGEST + b":", b"\xff%ff"],
)  # fmt: skip
def test_what_cannot_be_read_is_no_certificate(header: bytes | None) -> None:
    assert thumbprint(header) is None


def headers(*sent: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = certified({"headers": [*sent]}, HEADER)["headers"]
    return found


def test_whoever_answers_sees_the_certificate_and_not_the_header() -> None:
    other = (b"accept", b"*/*")
    assert headers(other) == [other]
    assert headers(other, (HEADER, TOLD)) == [other, (CERTIFICATE, OWN)]
    assert headers(other, (HEADER, b"x")) == [other]
    assert headers(other, (CERTIFICATE, OWN)) == [other]
    # One of the two is the caller's.
    assert headers((HEADER, TOLD), (HEADER, TOLD)) == []
