"""The keys that the worlds of the tests are sealed under."""

from gateway.variables import keyring
from sources.sealing import Keyring

VARIABLE = "KABINET_CLINICAL_KEYS"
IDENTITY_VARIABLE = "KABINET_IDENTITY_KEYS"
KEYS = f"1:{'1a' * 32},find1:{'f1' * 32}"


def _ring() -> Keyring:
    found = keyring(KEYS)
    assert found is not None
    return found


KEYRING = _ring()
IDENTITY_KEYS = f"1:{'1d' * 32},find1:{'fd' * 32}"
