"""How sure an issuer was is read from its claims: what is shown counts, nothing that is missing or odd ever does."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.assurance import Assurance, Level
from auth.claims_map import NAMED, ClaimsMap, assured, claims_map_of, methods
from auth.keyset import Key, KeySet
from auth.tokens import Issuer, TokenRefused, verify
from tests.auth.test_tokens import ISSUER, NOW, RSA, token

AT = int(NOW.timestamp())
SIGNED_IN = NOW - timedelta(minutes=1)
PERSON = {"urn:esia:sbj:typ": "P", "urn:esia:sbj:is_tru": True, "urn:esia:sbj:oid": 1_000_299_654}


def esia(method: str = "PWD", **of_subject: Any) -> dict[str, Any]:
    """An id token of ЕСИА, as it comes: the method as a text, the subject a number, the rest nested."""
    subject = {**PERSON, **{f"urn:esia:sbj:{name}": value for name, value in of_subject.items()}}
    return {
        "sub": 1_000_299_654,
        "iat": AT - 10,
        "auth_time": AT - 60,
        "amr": method,
        "urn:esia:amd": method,
        "urn:esia:sbj": {name: value for name, value in subject.items() if value is not ...},
    }


def plain(**claims: Any) -> dict[str, Any]:
    """Claims of a plain OpenID provider."""
    return {"sub": "anna", "iat": AT - 10, "auth_time": AT - 60, "assurance": "CONFIRMED", **claims}


OWN = {
    "confirmed": [[{"claim": ["person", "checked"], "values": ["true"]}, {"claim": "loa", "values": ["4"]}]],
    "factor": [[{"claim": "acr", "values": ["gold"]}]],
    "factor_at": [["person", "code_at"]],
    "signed_in_at": "since",
    "methods": ["how", ["person", "how"]],
}
YES, NO = Level.CONFIRMED, Level.UNCONFIRMED
# What an issuer says, and what has to be believed of it: the level, and the seconds since the second factor.
READ: list[tuple[str, dict[str, Any], Level, int | None]] = [
    ("kabinet", plain(second_factor_at=AT - 5), YES, 5),
    ("kabinet", plain(), YES, None),
    ("kabinet", plain(assurance="confirmed"), NO, None),
    ("kabinet", plain(amr=["mfa"], acr="2"), YES, None),
    ("kabinet", plain(second_factor_at=AT + 31), YES, None),
    ("kabinet", plain(second_factor_at=str(AT)), YES, None),
    ("kabinet", {}, NO, None),
    ("esia", esia(), YES, None),
    ("esia", esia("DS"), YES, 60),
    ("esia", esia("ds"), YES, None),
    ("esia", esia(is_tru=...), NO, None),
    ("esia", esia(is_tru=False), NO, None),
    ("esia", esia("DS", typ="O"), NO, 60),
    ("esia", {**esia("DS"), "urn:esia:sbj": "P"}, NO, 60),
    ("esia", {**esia("DS"), "auth_time": None}, YES, None),
    ("esia", {**esia(), "assurance": "CONFIRMED", "urn:esia:sbj": {}}, NO, None),
    ("esia-with-codes", esia(), YES, 60),
    ("esia-with-codes", esia("SOMETHING"), YES, None),
    ("esia-with-levels", esia(), NO, None),
    ("esia-with-levels", esia(lvl="PR"), YES, None),
    ("esia-with-levels", esia(lvl="P"), NO, None),
    ("esia-with-levels", esia(lvl="KD"), NO, None),
    ("keycloak", plain(), YES, None),
    ("keycloak", plain(acr="1", amr=["pwd"]), YES, None),
    ("keycloak", plain(acr=2), YES, 60),
    ("keycloak", plain(acr="2"), YES, 60),
    ("keycloak", plain(acr="20"), YES, None),
    ("keycloak", plain(amr=["pwd", "otp"]), YES, 60),
    ("keycloak", plain(amr=["otp"]), YES, None),
    ("keycloak", plain(amr=["pwd", "pin"]), YES, None),
    ("keycloak", plain(amr="mfa"), YES, 60),
    ("keycloak", plain(amr="pwd otp"), YES, None),
    ("keycloak", plain(amr=["mfa"], assurance=...), NO, 60),
    ("keycloak", plain(amr=["mfa"], auth_time=...), YES, None),
    ("own", {"person": {"checked": True, "code_at": AT - 7}, "loa": 4, "acr": "gold", "since": AT - 9}, YES, 7),
    ("own", {"person": {"checked": True}, "loa": [1, 4], "acr": ["gold"], "since": AT - 9}, YES, 9),
    ("own", {"person": {"checked": True}, "acr": "gold", "auth_time": AT - 9}, NO, None),
    ("own", {"person": [{"checked": True}], "loa": 4}, NO, None),
]


def map_of(name: str) -> ClaimsMap:
    return NAMED[name] if name in NAMED else claims_map_of("issuer 1", {"claims": OWN}, [])


@pytest.mark.parametrize(("name", "claims", "level", "age"), READ)
def test_a_sign_in_is_as_sure_as_its_claims_show(
    name: str, claims: dict[str, Any], level: Level, age: int | None
) -> None:
    told: dict[str, Any] = {one: value for one, value in claims.items() if value is not ...}
    found = assured(told, map_of(name), NOW)
    assert found.level is level
    assert found.second_factor_at == (None if age is None else NOW - timedelta(seconds=age))


def test_the_instant_of_the_sign_in_is_the_best_that_is_told() -> None:
    told: list[dict[str, Any]] = [
        {"auth_time": AT - 60, "iat": AT - 10},
        {"auth_time": "-", "iat": AT - 10},
        {"iat": True},
        {},
    ]
    found = [assured(claims, NAMED["keycloak"], NOW).auth_time for claims in told]
    assert found == [SIGNED_IN, NOW - timedelta(seconds=10), NOW, NOW]


def test_methods_are_words_in_their_order_each_once() -> None:
    assert methods(esia("DS"), NAMED["esia"]) == ("DS",)
    odd = {"amr": ["pwd", "x" * 65, "a\nb", None, {"otp": 1}, "otp", "pwd", 1.5, *map(str, range(30))]}
    assert methods(odd, NAMED["keycloak"]) == ("pwd", "otp", *map(str, range(14)))
    assert methods({"how": "a", "person": {"how": ["b"]}}, map_of("own")) == ("a", "b")
    assert methods({}, NAMED["keycloak"]) == ()


# Neither an instant nor what a map asks for.
ODD = st.sampled_from([None, False, float("nan"), float("inf"), -1.5])
JUNK = st.recursive(
    ODD | st.integers(-(2**70), -1) | st.text("xyzЖ\0 ", max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=2),
    max_leaves=4,
)
GONE = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a claim, however deep."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, held in inner:
        yield (*path, name)
        yield from places(held, (*path, name))


def spoilt(claims: Mapping[str, Any], path: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    """The same claims without one of them, or with something else in its place."""
    made = copy.deepcopy(dict(claims))
    holder: Any = made
    for name in path[:-1]:
        holder = holder[name]
    if junk is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = junk
    return made


def rank(one: Assurance) -> tuple[bool, datetime]:
    return one.level is Level.CONFIRMED, one.second_factor_at or datetime.min.replace(tzinfo=UTC)


@given(
    st.sampled_from([(name, claims) for name, claims, _, _ in READ]),
    st.lists(st.tuples(st.integers(0, 99), st.just(GONE) | JUNK), min_size=1, max_size=4),
)
def test_nothing_that_is_taken_away_or_garbled_makes_a_sign_in_surer(
    case: tuple[str, dict[str, Any]], faults: list[tuple[int, Any]]
) -> None:
    name, told = case
    claims = {one: value for one, value in told.items() if value is not ...}
    before = rank(assured(claims, map_of(name), NOW))
    for number, junk in faults:
        found = list(places(claims))
        if not found:
            return
        claims = spoilt(claims, found[number % len(found)], junk)
        after = rank(assured(claims, map_of(name), NOW))
        assert after[0] <= before[0]
        assert after[1] <= before[1]
        before = after


def test_a_map_of_ones_own_is_read_and_its_faults_are_told_without_values() -> None:
    faults: list[str] = []
    assert claims_map_of("issuer 1", {}, faults) is NAMED["kabinet"]
    assert claims_map_of("method 1", {}, faults, NAMED["esia"]) is NAMED["esia"]
    assert claims_map_of("issuer 1", {"claims": "keycloak"}, faults) is NAMED["keycloak"]
    assert faults == []
    bad: list[Any] = [
        "secret",
        7,
        [],
        {},
        {"confirmed": [], "secret": 1},
        {"confirmed": "secret"},
        {"confirmed": [[]]},
        {"confirmed": [[{"claim": "secret"}]]},
        {"confirmed": [[{"claim": "a", "values": [1]}]]},
        {"confirmed": [[{"claim": [], "values": ["secret"]}]]},
        {"confirmed": [], "factor": {"secret": 1}},
        {"confirmed": [], "factor_at": "secret"},
        {"confirmed": [], "signed_in_at": 5},
        {"confirmed": [], "methods": [["secret", 1]]},
    ]
    for entry in bad:
        faults = []
        found = claims_map_of("issuer 2", {"claims": entry}, faults)
        assert faults, entry
        assert all(one.startswith(("issuer 2, claims: ", "issuer 2, claims, ")) for one in faults)
        assert "secret" not in json.dumps(faults)
        assert assured(plain(second_factor_at=AT, amr="mfa"), found, NOW).level is Level.UNCONFIRMED


def test_tokens_of_an_issuer_are_read_by_its_map() -> None:
    keys = KeySet({"rsa": Key("RS256", RSA.public_key())})
    foreign = Issuer(ISSUER, "kabinet", frozenset({"RS256"}), keys, claims=NAMED["keycloak"])
    told = verify(token(amr=["pwd", "otp"], second_factor_at="theirs"), {ISSUER: foreign}, NOW).assurance
    assert told == Assurance(Level.CONFIRMED, SIGNED_IN, SIGNED_IN)
    assert verify(token(assurance=["theirs"]), {ISSUER: foreign}, NOW).assurance.level is Level.UNCONFIRMED
    ours = {ISSUER: replace(foreign, claims=NAMED["kabinet"])}
    assert verify(token(amr=["mfa"], second_factor_at=...), ours, NOW).assurance.second_factor_at is None
    with pytest.raises(TokenRefused):
        verify(token(assurance=["theirs"]), ours, NOW)
