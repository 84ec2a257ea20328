"""Digests of facts and inputs, and what stands in an input for a field that was not given."""

from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson

_ALIKE = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


class Absent:
    """Stands for a field of an input that was not given, where null means something else."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = Absent()


def fingerprint(value: Any) -> str:
    """A digest of facts or of an input: equal for equal values, in every process."""
    return blake2b(orjson.dumps(value, _plain, _ALIKE), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON has no form for: a set, a decimal number, and what was not given, which is not null."""
    if value is ABSENT:
        return {}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"a {type(value).__name__} has no digest")
