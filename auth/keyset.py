"""The public keys of an issuer: which entries of a JWK set (RFC 7517) can verify its tokens, judged one by one."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

VERIFIERS: Final[Mapping[str, Algorithm]] = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
    "EdDSA": OKPAlgorithm(),
}
ALGORITHMS: Final = frozenset(VERIFIERS)
# The members of a JWK that name its family, and the one algorithm that this family may be used with.
_FAMILIES: Final = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
_SMALLEST_RSA: Final = 2048
_MOST_KEYS: Final = 64


class Unusable(StrEnum):
    """Why an entry of a set is passed over; words for operators."""

    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    SECRET = "SECRET"  # noqa: S105 - a word, for a private or symmetric key that is published
    FAMILY = "FAMILY"
    ALGORITHM = "ALGORITHM"
    USE = "USE"
    MALFORMED = "MALFORMED"
    KEY_SIZE = "KEY_SIZE"
    KEY_ID = "KEY_ID"
    KEY_ID_TWICE = "KEY_ID_TWICE"


# An entry that is there for something else than the signatures of tokens claims no key id.
_FOR_OTHERS: Final = frozenset({Unusable.FAMILY, Unusable.ALGORITHM, Unusable.USE})


class KeySetInvalid(Exception):
    """There is no key set; the reason is a word for operators and holds nothing of what came instead."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with the one algorithm that fits it."""

    algorithm: str
    material: Any


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An entry that no token is verified with: its place in the set, from 1 on, and why."""

    entry: int
    reason: Unusable


@dataclass(frozen=True, slots=True)
class KeySet:
    """The public keys of one issuer by key id (kid), and the entries of its set that give none.

    Attributes:
        only: the key of a set that has no other and gives it no id; whatever a token says of its key, it is this one.
    """

    keys: Mapping[str, Key]
    passed_over: tuple[PassedOver, ...] = ()
    only: Key | None = None

    def __len__(self) -> int:
        return len(self.keys) + (self.only is not None)

    def get(self, kid: str | None) -> Key | None:
        """The key of this id, if the issuer has published one; without an id, the only one."""
        return self.only if kid is None or self.only is not None else self.keys.get(kid)

    @classmethod
    def from_jwks(cls, document: object, algorithms: Collection[str] = ALGORITHMS) -> "KeySet":
        """The keys of a JWK set that fit the algorithms of its issuer, any string being a key id.

        Raises:
            KeySetInvalid: it is no set: without a list of keys, or with more than 64.
        """
        entries = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise KeySetInvalid("NO_LIST_OF_KEYS")
        if len(entries) > _MOST_KEYS:
            raise KeySetInvalid("TOO_MANY_KEYS")
        judged = [_key_of(entry, algorithms) for entry in entries]
        meant = [(entry, key) for entry, key in zip(entries, judged, strict=True) if _claims(key)]
        if len(meant) == 1 and isinstance(meant[0][1], Key) and "kid" not in meant[0][0]:
            passed = (PassedOver(place, why) for place, why in enumerate(judged, 1) if isinstance(why, Unusable))
            return cls({}, tuple(passed), meant[0][1])
        found = _unique(judged, entries)
        return cls(
            {entry["kid"]: key for entry, key in zip(entries, found, strict=True) if isinstance(key, Key)},
            tuple(PassedOver(place, why) for place, why in enumerate(found, 1) if isinstance(why, Unusable)),
        )


def _key_of(entry: Any, algorithms: Collection[str]) -> Key | Unusable:
    """The key that an entry is by itself, whatever the others are."""
    if not isinstance(entry, dict):
        return Unusable.NOT_AN_OBJECT
    if "d" in entry or "k" in entry:
        return Unusable.SECRET
    kind, curve, uses = entry.get("kty"), entry.get("crv"), entry.get("key_ops", ["verify"])
    if not isinstance(kind, str) or not isinstance(curve, str | None) or not isinstance(uses, list):
        return Unusable.MALFORMED
    algorithm = _FAMILIES.get((kind, curve))
    if algorithm is None:
        return Unusable.FAMILY
    if algorithm not in algorithms or entry.get("alg", algorithm) != algorithm:
        return Unusable.ALGORITHM
    if entry.get("use", "sig") != "sig" or "verify" not in uses:
        return Unusable.USE
    try:
        material = type(VERIFIERS[algorithm]).from_jwk(dict(entry))
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        return Unusable.MALFORMED
    if algorithm == "RS256" and material.key_size < _SMALLEST_RSA:
        return Unusable.KEY_SIZE
    return Key(algorithm, material)


def _unique(found: Sequence[Key | Unusable], entries: Sequence[Any]) -> list[Key | Unusable]:
    """The same without the keys that have no id, or one that another entry claims too: nobody can say whose it is."""
    given = [entry.get("kid") if isinstance(entry, dict) else None for entry in entries]
    ids = [kid if isinstance(kid, str) else None for kid in given]
    claimed = Counter(kid for kid, key in zip(ids, found, strict=True) if _claims(key))
    return [_named(key, kid, claimed[kid]) for kid, key in zip(ids, found, strict=True)]


def _claims(key: Key | Unusable) -> bool:
    return isinstance(key, Key) or key not in _FOR_OTHERS


def _named(key: Key | Unusable, kid: str | None, times: int) -> Key | Unusable:
    if isinstance(key, Unusable):
        return key
    if kid is None:
        return Unusable.KEY_ID
    return Unusable.KEY_ID_TWICE if times > 1 else key
