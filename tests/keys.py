"""The keys that the worlds of the tests are sealed under."""

from gateway.places import keyring
from sources.sealing import Keyring

VARIABLE = "KABINET_CLINICAL_KEYS"
IDENTITY_VARIABLE = "KABINET_IDENTITY_KEYS"
DOCUMENTS_VARIABLE = "KABINET_DOCUMENTS_KEYS"
KEY_VARIABLES = (VARIABLE, IDENTITY_VARIABLE, DOCUMENTS_VARIABLE)
KEYS = f"1:{'1a' * 32},find1:{'f1' * 32}"


def _ring(keys: str) -> Keyring:
    found = keyring(keys)
    assert found is not None
    return found


KEYRING = _ring(KEYS)
IDENTITY_KEYS = f"1:{'1d' * 32},find1:{'fd' * 32}"
IDENTITY_KEYRING = _ring(IDENTITY_KEYS)
DOCUMENTS_KEYS = f"1:{'d0' * 32},find1:{'0d' * 32}"
DOCUMENTS_KEYRING = _ring(DOCUMENTS_KEYS)
