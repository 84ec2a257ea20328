"""Global ids: a short type prefix and the key (`prac_42`); unsigned, told apart without asking a store."""

import re

_PREFIX = re.compile(r"[a-z]{2,8}")
_FORM = re.compile(r"([a-z]{2,8})_([1-9][0-9]{0,17})")


class Ids:
    """The ids of one type, by key."""

    def __init__(self, prefix: str) -> None:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"{prefix} is no prefix of ids")
        self.prefix = prefix

    def __call__(self, key: int) -> str:
        """The id that clients see."""
        return f"{self.prefix}_{key}"


def encode(prefix: str, key: int) -> str:
    """The id that clients see."""
    return f"{prefix}_{key}"


def split(text: str) -> tuple[str, int] | None:
    """Prefix and key of an id, or None for anything that is not one."""
    found = _FORM.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def decode(prefix: str, text: str) -> int | None:
    """The key behind an id of one type; None for a malformed or a foreign id."""
    found = _FORM.fullmatch(text)
    return int(found[2]) if found and found[1] == prefix else None
