import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.assertions import Assertion, AssertionRefused, Fault, asserted, claimed
from auth.keyset import Key, KeySet

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER, TOKEN = "https://cabinet.example.org", "https://cabinet.example.org/auth/token"
CLIENT = "hospital-system"
OWN, STRANGE = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
LARGE = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
KEYS = KeySet({"1": Key("ES256", OWN.public_key()), "2": Key("RS256", LARGE.public_key())})
ALL = frozenset({"ES256", "RS256", "EdDSA"})
GOOD: Mapping[str, Any] = {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "exp": AT + 60, "iat": AT, "jti": "a1"}


def made(key: Any = OWN, algorithm: str = "ES256", header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    members = {name: value for name, value in {**GOOD, **claims}.items() if value is not ...}
    heading = {name: value for name, value in {"kid": "1", **(header or {})}.items() if value is not ...}
    return jwt.encode(members, key, algorithm, headers=heading)


def judged(text: str, client: str = CLIENT, algorithms: frozenset[str] = ALL) -> Assertion:
    written, _ = claimed(text)
    return asserted(written, client, (ISSUER, TOKEN), KEYS, algorithms, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {}, {"aud": TOKEN}, {"aud": [TOKEN]}, {"aud": [ISSUER, TOKEN]}, {"iat": ...}, {"exp": AT + 300},
        {"exp": AT + 0.5}, {"nbf": AT - 5}, {"iat": AT + 30}, {"jti": "x" * 256}, {"beside": {"more": 1}},
    ],
)  # fmt: skip
def test_a_machine_proves_who_it_is(claims: dict[str, Any]) -> None:
    found = judged(made(**claims))
    assert found.id == claims.get("jti", "a1")
    assert found.expires_at == NOW + timedelta(seconds=claims.get("exp", AT + 60) - AT)


def test_it_may_say_what_it_is() -> None:
    for kind in ("JWT", "client-authentication+jwt", "application/client-authentication+jwt"):
        assert judged(made(header={"typ": kind})).id == "a1"
    assert judged(made(LARGE, "RS256", {"kid": "2"})).id == "a1"


def test_a_key_id_is_needed_where_there_are_two_keys_of_a_kind() -> None:
    text = made(header={"kid": ...})
    assert judged(text).id == "a1"
    two = KeySet({**KEYS.keys, "3": Key("ES256", STRANGE.public_key())})
    with pytest.raises(AssertionRefused) as refused:
        asserted(claimed(text)[0], CLIENT, (ISSUER, TOKEN), two, ALL, NOW)
    assert refused.value.fault is Fault.UNKNOWN_KEY


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(algorithm: str) -> str:
    return f"{segment({'alg': algorithm, 'kid': '1'})}.{segment(GOOD)}.{segment('')}"


def with_the_public_key_as_secret() -> str:
    pem = OWN.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    text = f"{segment({'alg': 'HS256', 'kid': '1'})}.{segment(GOOD)}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(text.encode(), pem)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


REFUSED: dict[str, tuple[Callable[[], str], Fault]] = {
    "nothing": (lambda: "", Fault.MALFORMED),
    "two segments": (lambda: "a.b", Fault.MALFORMED),
    "padded": (lambda: made() + "=", Fault.MALFORMED),
    "too long": (lambda: made(beside="x" * 9_000), Fault.MALFORMED),
    "an access token": (lambda: made(header={"typ": "at+jwt"}), Fault.TYPE),
    "its own key": (lambda: made(header={"jwk": {}}), Fault.HEADER),
    "keys from elsewhere": (lambda: made(header={"jku": "https://evil.example/"}), Fault.HEADER),
    "to be understood": (lambda: made(header={"crit": ["x"]}), Fault.HEADER),
    "none": (lambda: unsigned("none"), Fault.ALGORITHM),
    "None": (lambda: unsigned("None"), Fault.ALGORITHM),
    "the public key as a secret": (with_the_public_key_as_secret, Fault.ALGORITHM),
    "the algorithm of another key": (lambda: made(LARGE, "RS256"), Fault.ALGORITHM),
    "a key that is not there": (lambda: made(header={"kid": "3"}), Fault.UNKNOWN_KEY),
    "another's key": (lambda: made(STRANGE), Fault.SIGNATURE),
    "changed": (
        lambda: ".".join([*made().split(".")[:1], segment({**GOOD, "x": 1}), made().split(".")[2]]),
        Fault.SIGNATURE,
    ),
    "of another issuer": (lambda: made(iss="other"), Fault.CLIENT),
    "of another client": (lambda: made(iss="other", sub="other"), Fault.CLIENT),
    "for another": (lambda: made(aud="https://other.example"), Fault.AUDIENCE),
    "for another too": (lambda: made(aud=[ISSUER, "https://other.example"]), Fault.AUDIENCE),
    "for nobody": (lambda: made(aud=...), Fault.AUDIENCE),
    "for no one of a list": (lambda: made(aud=[]), Fault.AUDIENCE),
    "for an object": (lambda: made(aud=[{}]), Fault.AUDIENCE),
    "without an end": (lambda: made(exp=...), Fault.EXPIRED),
    "at its end": (lambda: made(exp=AT), Fault.EXPIRED),
    "for an hour": (lambda: made(exp=AT + 3_600), Fault.TOO_LONG_GOOD),
    "a second too long": (lambda: made(exp=AT + 331), Fault.TOO_LONG_GOOD),
    "an end that is no number": (lambda: made(exp=True), Fault.MALFORMED),
    "from tomorrow": (lambda: made(iat=AT + 31), Fault.NOT_YET_VALID),
    "not yet": (lambda: made(nbf=AT + 31), Fault.NOT_YET_VALID),
    "without an id": (lambda: made(jti=...), Fault.ID),
    "with an empty id": (lambda: made(jti=""), Fault.ID),
    "with an id that is too long": (lambda: made(jti="x" * 257), Fault.ID),
    "with a number for an id": (lambda: made(jti=5), Fault.ID),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_proves_nothing_is_refused(name: str) -> None:
    make, fault = REFUSED[name]
    with pytest.raises(AssertionRefused) as refused:
        judged(make())
    assert refused.value.fault is fault


def test_a_client_may_be_held_to_fewer_algorithms() -> None:
    with pytest.raises(AssertionRefused) as refused:
        judged(made(), algorithms=frozenset({"RS256"}))
    assert refused.value.fault is Fault.ALGORITHM


@pytest.mark.parametrize("subject", [..., 5, None, ["hospital-system"]])
def test_without_a_subject_nobody_is_claimed(subject: Any) -> None:
    header, _, signature = made().split(".")
    members = {name: value for name, value in {**GOOD, "sub": subject}.items() if value is not ...}
    with pytest.raises(AssertionRefused) as refused:
        claimed(f"{header}.{segment(members)}.{signature}")
    assert refused.value.fault is Fault.CLIENT
