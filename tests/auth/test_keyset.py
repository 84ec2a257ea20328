"""A key set entry by entry: what is usable is in force, whatever stands beside it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.keyset import ALGORITHMS, KeySet, KeySetInvalid


def _private(key: Any) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return dict(jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return dict(jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True))
    return dict(jwt.algorithms.OKPAlgorithm.to_jwk(key, as_dict=True))


def _public(key: Any) -> dict[str, Any]:
    whole = _private(key)
    return {name: whole[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in whole}


RSA, WEAK = (_public(rsa.generate_private_key(65_537, bits)) for bits in (2_048, 1_024))
ELLIPTIC, OTHER_CURVE = (_public(ec.generate_private_key(curve)) for curve in (ec.SECP256R1(), ec.SECP384R1()))
EDWARDS = _public(ed25519.Ed25519PrivateKey.generate())
# What an entry is by itself: nothing wrong with it, or a word for what is.
ENTRIES: Final[Mapping[str, tuple[Any, str | None]]] = {
    "RSA": (RSA, None),
    "elliptic": (ELLIPTIC, None),
    "Edwards": (EDWARDS, None),
    "with all that may be said": ({**RSA, "use": "sig", "alg": "RS256", "key_ops": ["verify"], "x5c": 5}, None),
    "too short": (WEAK, "KEY_SIZE"),
    "half": ({"kty": "RSA", "n": "AQAB"}, "MALFORMED"),
    "no exponent": ({**RSA, "e": "AQ"}, "MALFORMED"),
    "numbers for texts": ({"kty": "RSA", "n": 5, "e": []}, "MALFORMED"),
    "off the curve": ({**ELLIPTIC, "x": "AQ"}, "MALFORMED"),
    "no text": ({**EDWARDS, "x": None}, "MALFORMED"),
    "kind a list": ({**RSA, "kty": ["RSA"]}, "MALFORMED"),
    "operations a text": ({**RSA, "key_ops": "verify"}, "MALFORMED"),
    "empty": ({}, "MALFORMED"),
    "symmetric": ({"kty": "oct", "k": "c2VjcmV0"}, "SECRET"),
    "private": (_private(ec.generate_private_key(ec.SECP256R1())), "SECRET"),
    "another curve": (OTHER_CURVE, "FAMILY"),
    "another kind": ({"kty": "AKP", "pub": "AA"}, "FAMILY"),
    "another algorithm": ({**RSA, "alg": "RS512"}, "ALGORITHM"),
    "for encryption": ({**RSA, "use": "enc"}, "USE"),
    "for signing": ({**RSA, "key_ops": ["sign"]}, "USE"),
    "a text": ("key", "NOT_AN_OBJECT"),
    "nothing": (None, "NOT_AN_OBJECT"),
    "a list": ([], "NOT_AN_OBJECT"),
}
IDS: Final = ("1", "", "ключ", "' or 1=1 --", "k" * 500, "\ud800")
MISSING: Final = (None, 1, ["1"])
FOR_OTHERS: Final = {"FAMILY", "ALGORITHM", "USE"}


@st.composite
def entries(draw: Any) -> tuple[Any, str | None, Any]:
    """An entry, what is wrong with it by itself, and its key id, if it is one."""
    entry, wrong = ENTRIES[draw(st.sampled_from(sorted(ENTRIES)))]
    kid = draw(st.sampled_from((*IDS, *IDS, *MISSING)))
    if not isinstance(entry, dict):
        return entry, wrong, None
    return {**entry, "kid": kid}, wrong or (None if isinstance(kid, str) else "KEY_ID"), kid


@settings(deadline=None, derandomize=True, database=None, max_examples=150)
@given(st.lists(entries(), max_size=10))
def test_each_entry_is_judged_by_itself_and_an_id_claimed_twice_is_nobodys(given: Any) -> None:
    claimed = Counter(kid for _, wrong, kid in given if isinstance(kid, str) and wrong not in FOR_OTHERS)
    expected = [wrong or ("KEY_ID_TWICE" if claimed[kid] > 1 else None) for _, wrong, kid in given]
    found = KeySet.from_jwks({"keys": [entry for entry, _, _ in given]})
    assert {kid for kid in IDS if found.get(kid)} == {
        kid for (*_, kid), no in zip(given, expected, strict=True) if not no
    }
    assert [(one.entry, one.reason) for one in found.passed_over] == [
        (place, why) for place, why in enumerate(expected, 1) if why is not None
    ]


@pytest.mark.parametrize("name", ENTRIES, ids=str)
def test_whatever_stands_beside_a_good_key_it_is_in_force(name: str) -> None:
    entry = ENTRIES[name][0]
    beside = {**entry, "kid": "other"} if isinstance(entry, dict) else entry
    for keys in ([beside, {**RSA, "kid": "good"}], [{**RSA, "kid": "good"}, beside]):
        assert KeySet.from_jwks({"keys": keys}).get("good") is not None


def test_keys_that_fit_no_algorithm_of_the_issuer_are_passed_over() -> None:
    document = {"keys": [{**RSA, "kid": "rsa"}, {**ELLIPTIC, "kid": "ec"}]}
    assert set(KeySet.from_jwks(document, {"ES256"}).keys) == {"ec"}
    assert set(KeySet.from_jwks(document, ALGORITHMS).keys) == {"rsa", "ec"}


def test_the_same_set_read_twice_is_equal_and_another_is_not() -> None:
    one, again = (KeySet.from_jwks({"keys": [{**key, "kid": "1"}]}) for key in (RSA, dict(RSA)))
    assert one == again
    assert one != KeySet.from_jwks({"keys": [{**ELLIPTIC, "kid": "1"}]})


def test_an_empty_list_is_a_set_without_keys() -> None:
    assert KeySet.from_jwks({"keys": []}) == KeySet({})


@pytest.mark.parametrize(
    "document",
    [None, [], {}, "keys", {"keys": {}}, {"keys": None}, {"keys": [RSA] * 65}],
    ids=["nothing", "list", "empty", "text", "object", "null", "too many"],
)
def test_a_document_that_is_no_key_set_is_refused(document: object) -> None:
    with pytest.raises(KeySetInvalid):
        KeySet.from_jwks(document)


@pytest.mark.parametrize("beside", [[], [{**RSA, "use": "enc", "kid": "1"}], [OTHER_CURVE]])
def test_the_only_key_of_a_set_needs_no_id(beside: list[Any]) -> None:
    found = KeySet.from_jwks({"keys": [*beside, RSA]})
    assert len(found) == 1
    assert found.get(None) == found.get("any") is not None
    assert [one.reason for one in found.passed_over] == [{"enc": "USE"}.get(one.get("use"), "FAMILY") for one in beside]


@pytest.mark.parametrize("beside", [{**ELLIPTIC, "kid": "1"}, ELLIPTIC, WEAK, None])
def test_beside_another_a_key_needs_an_id(beside: Any) -> None:
    found = KeySet.from_jwks({"keys": [RSA, beside]})
    assert found.get(None) is None
    assert ("KEY_ID", 1) in [(one.reason, one.entry) for one in found.passed_over]


@pytest.mark.parametrize("kid", MISSING)
def test_an_id_that_is_no_text_is_not_one_that_is_absent(kid: object) -> None:
    assert len(KeySet.from_jwks({"keys": [{**RSA, "kid": kid}]})) == 0
