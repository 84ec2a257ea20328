"""Keys of acts (idempotency keys): one alphabet, whether a key comes in the input or in a header."""

import unicodedata
from typing import Final

LONGEST: Final = 255
# What is one character in NFC may be written with so many.
MOST_PARTS: Final = 4


def taken(text: str) -> str | None:
    """The key that a text is: 1 to 255 characters that can be printed, no blank at its ends, in NFC; none otherwise."""
    if len(text) > MOST_PARTS * LONGEST:
        return None
    key = unicodedata.normalize("NFC", text)
    return key if key and key.isprintable() and key == key.strip() and len(key) <= LONGEST else None
