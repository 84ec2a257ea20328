"""Algorithms of signatures, by the families that a policy speaks of."""

from collections.abc import Mapping
from typing import Final

GOST_256: Final = "GOST_2012_256"
GOST_512: Final = "GOST_2012_512"
RSA: Final = "RSA"
EC: Final = "EC"
GOST: Final = frozenset({GOST_256, GOST_512})
FAMILIES: Final = GOST | {RSA, EC}

# Object identifiers of public keys.
OF_KEY: Final[Mapping[str, str]] = {
    "1.2.643.7.1.1.1.1": GOST_256,
    "1.2.643.7.1.1.1.2": GOST_512,
    "1.2.840.113549.1.1.1": RSA,
    "1.2.840.10045.2.1": EC,
}
# Object identifiers of signatures, alone or with their digest.
OF_SIGNATURE: Final[Mapping[str, str]] = {
    "1.2.643.7.1.1.1.1": GOST_256,
    "1.2.643.7.1.1.1.2": GOST_512,
    "1.2.643.7.1.1.3.2": GOST_256,
    "1.2.643.7.1.1.3.3": GOST_512,
    "1.2.840.113549.1.1.1": RSA,
    "1.2.840.113549.1.1.10": RSA,  # PSS
    "1.2.840.113549.1.1.11": RSA,
    "1.2.840.113549.1.1.12": RSA,
    "1.2.840.113549.1.1.13": RSA,
    "1.2.840.10045.4.3.2": EC,
    "1.2.840.10045.4.3.3": EC,
    "1.2.840.10045.4.3.4": EC,
}
# Digests, as OpenSSL calls them; each family goes with its own.
DIGESTS: Final[Mapping[str, str]] = {
    "1.2.643.7.1.1.2.2": "md_gost12_256",
    "1.2.643.7.1.1.2.3": "md_gost12_512",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
OF_FAMILY: Final[Mapping[str, tuple[str, ...]]] = {
    GOST_256: ("md_gost12_256",),
    GOST_512: ("md_gost12_512",),
    RSA: ("sha256", "sha384", "sha512"),
    EC: ("sha256", "sha384", "sha512"),
}
LEAST_RSA_BITS: Final = 2_048
LEAST_EC_BITS: Final = 256
