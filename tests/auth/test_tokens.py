import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.assurance import Level
from auth.keyset import Key, KeySet
from auth.tokens import (
    LONGEST,
    PUBLIC_TEXT,
    Claims,
    Issuer,
    Reason,
    TokenRefused,
    VerifiedTokens,
    verify,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER = "https://identity.example/"
OTHER = "https://other.example/"
RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()
STRANGER = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
ISSUERS = {
    ISSUER: Issuer(
        ISSUER,
        "kabinet",
        frozenset({"RS256", "ES256", "EdDSA"}),
        KeySet(
            {
                "rsa": Key("RS256", RSA.public_key()),
                "ec": Key("ES256", ELLIPTIC.public_key()),
                "ed": Key("EdDSA", EDWARDS.public_key()),
            }
        ),
    ),
    OTHER: Issuer(OTHER, "kabinet", frozenset({"ES256"}), KeySet({"rsa": Key("RS256", STRANGER.public_key())})),
}
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "kabinet",
    "sub": "1000000001",
    "iat": AT - 10,
    "exp": AT + 300,
    "jti": "token-1",
    "client_id": "cabinet-web",
    "auth_time": AT - 60,
    "assurance": "CONFIRMED",
    "second_factor_at": AT - 60,
}
HEADER = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}


def segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(header: bytes, payload: bytes) -> str:
    text = f"{segment(header)}.{segment(payload)}"
    return f"{text}.{segment(jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(text.encode(), RSA))}"


def token(header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    members = {name: value for name, value in {**GOOD, **claims}.items() if value is not ...}
    heading = {name: value for name, value in {**HEADER, **(header or {})}.items() if value is not ...}
    return signed(json.dumps(heading).encode(), json.dumps(members).encode())


def keyed(key: Any, algorithm: str, kid: str) -> str:
    return jwt.encode(GOOD, key, algorithm=algorithm, headers={"typ": "at+jwt", "kid": kid})


def raw_claims(old: str, new: str) -> str:
    text = json.dumps(GOOD)
    assert old in text
    return signed(json.dumps(HEADER).encode(), text.replace(old, new).encode())


def tampered() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{segment(json.dumps({**GOOD, 'sub': '1000000002'}).encode())}.{signature}"


def respelt() -> str:
    """The same signature bytes written with other trailing bits, as lenient decoders accept them."""
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return good[:-1] + alphabet[alphabet.index(good[-1]) ^ 1]


def with_public_key_as_secret() -> str:
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{segment(json.dumps({**HEADER, 'alg': 'HS256'}).encode())}.{segment(json.dumps(GOOD).encode())}"
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{text}.{segment(hmac.sign(text.encode(), pem))}"


EXP = f'"exp": {AT + 300}'
REFUSED: dict[str, tuple[Callable[[], str], Reason]] = {
    "empty": (lambda: "", Reason.MALFORMED),
    "one part": (lambda: "abc", Reason.MALFORMED),
    "four parts": (lambda: token() + ".abc", Reason.MALFORMED),
    "five parts": (lambda: "a.b.c.d.e", Reason.MALFORMED),
    "unsigned": (lambda: token({"alg": "none"}), Reason.ALGORITHM),
    "unsigned, empty signature": (lambda: token({"alg": "none"}).rpartition(".")[0] + ".", Reason.MALFORMED),
    "unsigned, other case": (lambda: token({"alg": "nOnE"}), Reason.ALGORITHM),
    "algorithm missing": (lambda: token({"alg": ...}), Reason.ALGORITHM),
    "algorithm a list": (lambda: token({"alg": ["RS256"]}), Reason.ALGORITHM),
    "algorithm null": (lambda: token({"alg": None}), Reason.ALGORITHM),
    "public key as secret": (with_public_key_as_secret, Reason.ALGORITHM),
    "algorithm not offered here": (lambda: keyed(RSA, "RS512", "rsa"), Reason.ALGORITHM),
    "algorithm that does not fit the key": (lambda: token({"alg": "ES256"}), Reason.ALGORITHM),
    "key of another family": (lambda: keyed(RSA, "RS256", "ec"), Reason.ALGORITHM),
    "algorithm not of this issuer": (lambda: token(iss=OTHER), Reason.ALGORITHM),
    "key of a stranger": (lambda: keyed(STRANGER, "RS256", "rsa"), Reason.SIGNATURE),
    "claims changed": (tampered, Reason.SIGNATURE),
    "signature cut": (lambda: token()[:-6], Reason.SIGNATURE),
    "padding": (lambda: token() + "=", Reason.MALFORMED),
    "trailing bits": (respelt, Reason.MALFORMED),
    "whitespace": (lambda: token() + " ", Reason.MALFORMED),
    "no ASCII": (lambda: "ё" + token(), Reason.MALFORMED),
    "id token": (lambda: token({"typ": "JWT"}), Reason.TYPE),
    "type missing": (lambda: token({"typ": ...}), Reason.TYPE),
    "type a list": (lambda: token({"typ": ["at+jwt"]}), Reason.TYPE),
    "crit": (lambda: token({"crit": ["exp"]}), Reason.HEADER),
    "embedded key": (lambda: token({"jwk": {"kty": "RSA"}}), Reason.HEADER),
    "address of keys": (lambda: token({"jku": "https://evil.example/"}), Reason.HEADER),
    "address of a certificate": (lambda: token({"x5u": "https://evil.example/"}), Reason.HEADER),
    "certificate": (lambda: token({"x5c": ["abc"]}), Reason.HEADER),
    "payload not encoded": (lambda: token({"b64": False}), Reason.HEADER),
    "kid missing": (lambda: token({"kid": ...}), Reason.HEADER),
    "kid a number": (lambda: token({"kid": 1}), Reason.HEADER),
    "kid with NUL": (lambda: token({"kid": "rsa\0"}), Reason.UNKNOWN_KEY),
    "kid a query": (lambda: token({"kid": "' or 1=1 --"}), Reason.UNKNOWN_KEY),
    "kid an address": (lambda: token({"kid": "https://evil.example/key"}), Reason.UNKNOWN_KEY),
    "kid a path": (lambda: token({"kid": "../../etc/passwd"}), Reason.UNKNOWN_KEY),
    "kid unknown": (lambda: token({"kid": "other"}), Reason.UNKNOWN_KEY),
    "kid long": (lambda: token({"kid": "k" * 129}), Reason.UNKNOWN_KEY),
    "kid empty": (lambda: token({"kid": ""}), Reason.UNKNOWN_KEY),
    "kid half a character": (lambda: token({"kid": "\ud800"}), Reason.UNKNOWN_KEY),
    "too long": (lambda: token(note="x" * LONGEST), Reason.TOO_LONG),
    "issuer missing": (lambda: token(iss=...), Reason.ISSUER),
    "issuer unknown": (lambda: token(iss="https://evil.example/"), Reason.ISSUER),
    "issuer without its slash": (lambda: token(iss=ISSUER.rstrip("/")), Reason.ISSUER),
    "issuer a list": (lambda: token(iss=[ISSUER]), Reason.ISSUER),
    "audience missing": (lambda: token(aud=...), Reason.AUDIENCE),
    "audience of another": (lambda: token(aud="other"), Reason.AUDIENCE),
    "audience with a number": (lambda: token(aud=["kabinet", 1]), Reason.AUDIENCE),
    "audience a map": (lambda: token(aud={"kabinet": 1}), Reason.AUDIENCE),
    "subject missing": (lambda: token(sub=...), Reason.CLAIMS),
    "subject a number": (lambda: token(sub=1_000_000_001), Reason.CLAIMS),
    "subject empty": (lambda: token(sub=""), Reason.CLAIMS),
    "subject long": (lambda: token(sub="1" * 129), Reason.CLAIMS),
    "subject with a line break": (lambda: token(sub="1\n2"), Reason.CLAIMS),
    "subject of another issuer": (lambda: token(sub="moz:1000000001"), Reason.CLAIMS),
    "subject of no issuer known here": (lambda: token(sub="a-9:"), Reason.CLAIMS),
    "subject the service itself": (lambda: token(sub="kabinet"), Reason.CLAIMS),
    "subject half a character": (lambda: token(sub="\ud800"), Reason.CLAIMS),
    "token id missing": (lambda: token(jti=...), Reason.CLAIMS),
    "exp missing": (lambda: token(exp=...), Reason.CLAIMS),
    "exp null": (lambda: token(exp=None), Reason.CLAIMS),
    "exp a string": (lambda: token(exp=str(AT + 300)), Reason.CLAIMS),
    "exp true": (lambda: token(exp=True), Reason.CLAIMS),
    "exp a list": (lambda: token(exp=[AT + 300]), Reason.CLAIMS),
    "exp negative": (lambda: token(exp=-1), Reason.CLAIMS),
    "exp NaN": (lambda: raw_claims(EXP, '"exp": NaN'), Reason.MALFORMED),
    "exp infinite": (lambda: raw_claims(EXP, '"exp": Infinity'), Reason.MALFORMED),
    "exp 1e400": (lambda: raw_claims(EXP, '"exp": 1e400'), Reason.CLAIMS),
    "exp 1e30": (lambda: raw_claims(EXP, '"exp": 1e30'), Reason.CLAIMS),
    "exp of 5,000 digits": (lambda: raw_claims(EXP, '"exp": ' + "9" * 5000), Reason.MALFORMED),
    "exp twice": (lambda: raw_claims(EXP, f'{EXP}, "exp": {AT + 900}'), Reason.MALFORMED),
    "sub twice": (lambda: raw_claims('"sub"', '"sub": "x", "sub"'), Reason.MALFORMED),
    "sub twice, once escaped": (lambda: raw_claims('"sub"', '"s\\u0075b": "x", "sub"'), Reason.MALFORMED),
    "deep": (lambda: raw_claims(EXP, f'{EXP}, "x": {"[" * 2500}{"]" * 2500}'), Reason.MALFORMED),
    "not UTF-8": (lambda: signed(json.dumps(HEADER).encode(), b'{"iss": "\xff"}'), Reason.MALFORMED),
    "claims a list": (lambda: signed(json.dumps(HEADER).encode(), b"[]"), Reason.MALFORMED),
    "header a string": (lambda: signed(b'"at+jwt"', json.dumps(GOOD).encode()), Reason.MALFORMED),
    "expired": (lambda: token(exp=AT - 1), Reason.EXPIRED),
    "expires now": (lambda: token(exp=AT), Reason.EXPIRED),
    "ends before it begins": (lambda: token(iat=AT + 20, exp=AT + 10), Reason.CLAIMS),
    "issued in the future": (lambda: token(iat=AT + 31), Reason.NOT_YET_VALID),
    "issued at no time": (lambda: token(iat=...), Reason.CLAIMS),
    "not before a minute from now": (lambda: token(nbf=AT + 60), Reason.NOT_YET_VALID),
    "signed in in the future": (lambda: token(auth_time=AT + 60), Reason.NOT_YET_VALID),
    "second factor in the future": (lambda: token(second_factor_at=AT + 60), Reason.NOT_YET_VALID),
    "second factor a string": (lambda: token(second_factor_at="now"), Reason.CLAIMS),
    "assurance unknown": (lambda: token(assurance="HIGH"), Reason.CLAIMS),
    "assurance a list": (lambda: token(assurance=["CONFIRMED"]), Reason.CLAIMS),
    "client a number": (lambda: token(client_id=1), Reason.CLAIMS),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_token_that_is_not_good_is_refused_with_one_text(case: str) -> None:
    make, reason = REFUSED[case]
    with pytest.raises(TokenRefused) as refused:
        verify(make(), ISSUERS, NOW)
    assert (refused.value.reason, str(refused.value)) == (reason, PUBLIC_TEXT)


ACCEPTED: dict[str, Callable[[], str]] = {
    "RS256": token,
    "ES256": lambda: keyed(ELLIPTIC, "ES256", "ec"),
    "EdDSA": lambda: keyed(EDWARDS, "EdDSA", "ed"),
    "type in capitals": lambda: token({"typ": "AT+JWT"}),
    "long type": lambda: token({"typ": "application/at+jwt"}),
    "several audiences": lambda: token(aud=["other", "kabinet"]),
    "fractions of seconds": lambda: token(exp=AT + 0.5),
    "a clock half a minute ahead": lambda: token(iat=AT + 30, auth_time=AT + 30, nbf=AT + 30),
}


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_a_good_token_tells_its_subject(case: str) -> None:
    claims = verify(ACCEPTED[case](), ISSUERS, NOW)
    assert (claims.account, claims.issuer, claims.token_id) == ("1000000001", ISSUER, "token-1")


def test_the_sign_in_is_told_with_its_second_factor() -> None:
    assurance = verify(token(), ISSUERS, NOW).assurance
    assert assurance.level is Level.CONFIRMED
    assert assurance.auth_time == NOW - timedelta(minutes=1)
    assert assurance.second_factor_fresh(NOW + timedelta(minutes=14))
    assert not assurance.second_factor_fresh(NOW + timedelta(minutes=14, seconds=1))
    assert not verify(token(second_factor_at=...), ISSUERS, NOW).assurance.second_factor_fresh(NOW)


def test_a_token_without_words_about_assurance_is_of_an_unconfirmed_account() -> None:
    assert verify(token(assurance=..., auth_time=...), ISSUERS, NOW).assurance.level is Level.UNCONFIRMED


def remembering() -> VerifiedTokens:
    return VerifiedTokens(lambda: ISSUERS)


def test_a_remembered_token_is_not_verified_again_within_a_minute() -> None:
    asked: list[None] = []

    def issuers() -> Mapping[str, Issuer]:
        asked.append(None)
        return ISSUERS

    tokens, good = VerifiedTokens(issuers), token()
    for seconds in (0, 1, 59):
        tokens.verify(good, NOW + timedelta(seconds=seconds))
    assert len(asked) == 1
    tokens.verify(good, NOW + timedelta(seconds=60))
    assert len(asked) == 2


def test_a_remembered_token_expires_to_the_second() -> None:
    tokens, short = remembering(), token(exp=AT + 20)
    tokens.verify(short, NOW + timedelta(seconds=19.999))
    with pytest.raises(TokenRefused) as refused:
        tokens.verify(short, NOW + timedelta(seconds=20))
    assert refused.value.reason is Reason.EXPIRED


def test_a_clock_set_back_does_not_prolong_the_memory() -> None:
    tokens, good = remembering(), token()
    tokens.verify(good, NOW)
    with pytest.raises(TokenRefused) as refused:
        tokens.verify(good, NOW - timedelta(hours=1))
    assert refused.value.reason is Reason.NOT_YET_VALID


def test_the_memory_forgets_whoever_was_away_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VerifiedTokens, "MOST", 2)
    tokens = remembering()
    first, second, third = (token(jti=f"token-{number}") for number in range(3))

    def ask(text: str) -> Claims:
        return tokens.verify(text, NOW)

    kept = ask(first)
    dropped = ask(second)
    assert ask(first) is kept
    ask(third)
    assert len(tokens) == 2
    assert ask(first) is kept
    assert ask(second) is not dropped


def test_a_refused_token_is_not_remembered() -> None:
    tokens = remembering()
    with pytest.raises(TokenRefused):
        tokens.verify("a.b.c", NOW)
    assert len(tokens) == 0


def issuer(**changed: Any) -> dict[str, Issuer]:
    """The issuer of the tests with a setting of its own."""
    return {ISSUER: replace(ISSUERS[ISSUER], **changed)}


@pytest.mark.parametrize("kid", [..., "rsa", "another"])
def test_a_token_of_an_issuer_with_one_key_without_an_id_need_not_name_it(kid: Any) -> None:
    lone = issuer(keys=KeySet({}, only=Key("RS256", RSA.public_key())))
    assert verify(token({"kid": kid}), lone, NOW).account == "1000000001"
    stranger = issuer(keys=KeySet({}, only=Key("RS256", STRANGER.public_key())))
    with pytest.raises(TokenRefused) as refused:
        verify(token({"kid": kid}), stranger, NOW)
    assert refused.value.reason is Reason.SIGNATURE


@pytest.mark.parametrize("types", [{"at+jwt"}, {"jwt"}, {"at+jwt", "jwt"}])
@pytest.mark.parametrize("kind", ["at+jwt", "JWT", "application/jwt", "id+jwt", ...])
def test_what_a_token_calls_itself_is_a_matter_of_its_issuer(types: set[str], kind: Any) -> None:
    called = {"at+jwt": "at+jwt", "JWT": "jwt", "application/jwt": "jwt"}.get(kind)
    one = issuer(types=frozenset(types))
    if called in types:
        assert verify(token({"typ": kind}), one, NOW).issuer == ISSUER
        return
    with pytest.raises(TokenRefused) as refused:
        verify(token({"typ": kind}), one, NOW)
    assert refused.value.reason is Reason.TYPE


OURS = {ISSUER: replace(ISSUERS[ISSUER], own=True)}


def test_what_we_sign_ourselves_names_accounts_as_they_are_and_a_session() -> None:
    longest = f"{'a' * 32}:{'x' * 128}"
    for account in ("1000000001", "moz:1", longest):
        claims = verify(token(sub=account, sid="77"), OURS, NOW)
        assert (claims.account, claims.session) == (account, "77")
    assert verify(token(sid="77"), ISSUERS, NOW).session is None


@pytest.mark.parametrize(
    "claims",
    [{}, {"sid": ""}, {"sid": 77}, {"sid": None}, {"sid": "7" * 129}, {"sid": "77", "sub": "x" * 162}],
    ids=str,
)
def test_what_we_sign_ourselves_is_of_a_session(claims: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused) as refused:
        verify(token(**claims), OURS, NOW)
    assert refused.value.reason is Reason.CLAIMS
