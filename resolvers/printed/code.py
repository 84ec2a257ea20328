"""Codes of verification: what is printed on a document, and typed by whoever wants to know whether it is ours.

Sixteen signs in groups of four: fifteen by chance, 75 bits of them, and one that follows from the others. The sign that
follows is a sum over the field of 32 elements, each sign weighted by another power of its generator, so that one wrong
sign, and any two that changed places, are noticed. A store keeps a code as a digest: who reads it can verify nothing.
"""

import hashlib
import secrets
from typing import Final

# Digits and Latin letters without those that look like digits (I, L, O), and without U: Crockford's alphabet.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
GROUP: Final = 4
LONGEST: Final = 64
_PRIMITIVE: Final = 0b100101
# What people type for what is printed: signs that look alike, Cyrillic letters that do.
_ALIKE: Final = str.maketrans("ILOАВЕКМНОРСТХУЗ", "110ABEKMH0PCTXY3")
_BETWEEN: Final = str.maketrans(
    "", "", " -\N{NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
)


def new_code() -> str:
    """A code that nobody has guessed."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return drawn + checked_by(drawn)


def checked_by(signs: str) -> str:
    """The sign that follows from the others of a code."""
    return ALPHABET[_doubled(_sum(signs))]


def printed(code: str) -> str:
    """A code as it is printed, in groups."""
    return "-".join(code[place : place + GROUP] for place in range(0, LENGTH, GROUP))


def typed(said: str) -> str | None:
    """The code that somebody typed, in whatever case and groups; None where it is none, or was mistyped."""
    if len(said) > LONGEST:
        return None
    code = said.translate(_BETWEEN).upper().translate(_ALIKE)
    if len(code) != LENGTH or any(one not in ALPHABET for one in code):
        return None
    return code if _sum(code) == 0 else None


def digest_of(code: str) -> bytes:
    """What a store keeps of a code; with 75 bits of chance nobody finds it by trying."""
    return hashlib.sha256(code.encode("ascii")).digest()


def _sum(signs: str) -> int:
    total = 0
    for one in signs:
        total = _doubled(total) ^ ALPHABET.index(one)
    return total


def _doubled(element: int) -> int:
    """An element of the field times its generator."""
    shifted = element << 1
    return shifted ^ _PRIMITIVE if shifted > 0b11111 else shifted
