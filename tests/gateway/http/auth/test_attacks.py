"""What apps and machines show wrongly in ways of their own, beside the table of docs/attacks.md."""

import base64
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.world.cast import CAST
from tests.gateway.http.auth.desk import (
    ASSERTION,
    ISSUER,
    KEYS,
    LISTENING,
    OTHER_PHONE,
    OTHER_SYSTEM,
    PHONE,
    SYSTEM,
    TOKEN,
    Desk,
    assertion,
    challenge,
)

OK = (200, None)
REQUEST, CLIENT, GRANT = (400, "invalid_request"), (400, "invalid_client"), (400, "invalid_grant")
Answer = tuple[int, str | None]


def answered(response: httpx.Response) -> Answer:
    """Status and word of an answer that holds nothing else."""
    assert response.status_code < 500 or response.status_code == 503, response.text
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers
    if response.status_code == 200:
        return OK
    assert set(response.json()) == {"error", "error_description"}
    return response.status_code, response.json()["error"]


# What is wrong with the form that shows a good code; whether the code is spent by it.
AT_THE_CODE: dict[tuple[str, str], tuple[Mapping[str, str | None], Answer, bool]] = {
    ("grant_type", "missing"): ({"grant_type": None}, REQUEST, False),
    ("grant_type", "empty"): ({"grant_type": ""}, REQUEST, False),
    ("grant_type", "unknown"): ({"grant_type": "password"}, (400, "unsupported_grant_type"), False),
    ("grant_type", "implicit"): ({"grant_type": "token"}, (400, "unsupported_grant_type"), False),
    ("grant_type", "of machines"): ({"grant_type": "client_credentials"}, (400, "unauthorized_client"), False),
    ("code", "malformed"): ({"code": "a' OR 1=1--"}, GRANT, False),
    ("code", "too long"): ({"code": "a" * 600}, REQUEST, False),
    ("code", "not text"): ({"code": "\u0000\u0430"}, GRANT, False),
    ("client_secret", "made up"): ({"client_assertion_type": ASSERTION, "client_secret": "x"}, CLIENT, False),
    ("code_verifier", "too short"): ({"code_verifier": "a" * 42}, GRANT, True),
    ("code_verifier", "too long"): ({"code_verifier": "a" * 129}, GRANT, True),
    ("code_verifier", "no verifier"): ({"code_verifier": "я" * 50}, GRANT, True),
}


@pytest.mark.parametrize("attack", AT_THE_CODE, ids=" ".join)
async def test_a_code_gives_nothing_to_whoever_shows_it_otherwise(desk: Desk, attack: tuple[str, str]) -> None:
    form, answer, spent = AT_THE_CODE[attack]
    since, code = datetime.now(UTC), await desk.code()
    assert answered(await desk.exchange(code, **form)) == answer
    noted = [(subject, grounds["why"]) for subject, act, grounds in await desk.noted(since) if act == "clientRefused"]
    assert len(noted) == spent
    assert {subject for subject, _ in noted} <= {CAST["therapist"].subject}
    # Whoever tried has used it up; whoever did not come so far has not.
    assert answered(await desk.exchange(code)) == (GRANT if spent else OK)


async def test_the_challenge_is_no_verifier(desk: Desk) -> None:
    assert answered(await desk.exchange(await desk.code(), code_verifier=challenge(desk.verifier))) == GRANT


async def test_of_a_code_the_store_has_its_digest_alone(desk: Desk) -> None:
    code, store = await desk.code(), desk.gateway.application.stores.identity
    async with store.connection() as connection:
        rows = await connection.fetch("SELECT authorization_code::text FROM authorization_code")
    assert rows
    assert not any(code in row[0] or code.encode().hex() in row[0] for row in rows)


AT_THE_REFRESH: dict[str, tuple[Callable[[dict[str, Any]], Mapping[str, str | None]], Answer]] = {
    "an access token": (lambda given: {"refresh_token": given["access_token"]}, GRANT),
    "with a wider scope": (lambda _: {"scope": "openid admin"}, (400, "invalid_scope")),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_THE_REFRESH)
async def test_what_is_no_refresh_token_refreshes_nothing(desk: Desk, name: str) -> None:
    make, answer = AT_THE_REFRESH[name]
    given = (await desk.exchange(await desk.code())).json()
    assert answered(await desk.refresh(given["refresh_token"], **make(given))) == answer
    assert answered(await desk.refresh(given["refresh_token"])) == OK


def unsigned(algorithm: str) -> str:
    now = int(time.time())
    said = {"iss": SYSTEM, "sub": SYSTEM, "aud": ISSUER, "exp": now + 60, "jti": secrets.token_hex(8)}
    parts = [{"alg": algorithm, "kid": "1"}, said]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
    return f"{text}.AAAA"


def headed(**header: Any) -> str:
    now = int(time.time())
    said = {"iss": SYSTEM, "sub": SYSTEM, "aud": ISSUER, "exp": now + 60, "jti": secrets.token_hex(8)}
    return jwt.encode(said, KEYS[SYSTEM], "ES256", headers={"kid": "1", **header})


STRANGE = ec.generate_private_key(ec.SECP256R1())
# The faults of an assertion, and by which word they are noted; none where nobody is known to have been meant.
AT_THE_ASSERTION: dict[str, tuple[Callable[[], str], str | None]] = {
    "nothing": (lambda: "x", None),
    "of an unknown client": (lambda: assertion("nobody", STRANGE), None),
    "of an app": (lambda: assertion(PHONE, STRANGE), None),
    "another algorithm": (lambda: unsigned("RS256"), "ALGORITHM"),
    "a key of its own": (lambda: headed(jwk={"kty": "EC"}), "HEADER"),
    "keys from elsewhere": (lambda: headed(jku="https://evil.example/"), "HEADER"),
    "an access token": (lambda: headed(typ="at+jwt"), "TYPE"),
    "for two": (lambda: assertion(aud=[ISSUER, "https://other.example/"]), "AUDIENCE"),
    "for the graph": (lambda: assertion(aud="kabinet"), "AUDIENCE"),
    "for ever": (lambda: assertion(exp=...), "EXPIRED"),
    "for an hour": (lambda: assertion(exp=int(time.time()) + 3_600), "TOO_LONG_GOOD"),
    "from tomorrow": (lambda: assertion(nbf=int(time.time()) + 86_400), "NOT_YET_VALID"),
    "without an id": (lambda: assertion(jti=...), "ID"),
}


@pytest.mark.parametrize("name", AT_THE_ASSERTION)
async def test_a_machine_that_proves_nothing_is_nobody(desk: Desk, name: str) -> None:
    make, why = AT_THE_ASSERTION[name]
    desk.gateway.application._clients._machines._noted.clear()
    since = datetime.now(UTC)
    assert answered(await desk.machine(make())) == CLIENT
    noted = [(who, grounds) for who, act, grounds in await desk.noted(since) if act == "clientRefused"]
    assert noted == ([] if why is None else [("mis-1", {"client": SYSTEM, "why": why})])


AROUND_THE_ASSERTION: dict[str, tuple[Mapping[str, str | None], Answer]] = {
    "of another type": ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, CLIENT),
    "without a type": ({"client_assertion_type": None}, CLIENT),
    "without itself": ({"client_assertion": None}, CLIENT),
    "with another name": ({"client_id": OTHER_SYSTEM}, CLIENT),
    "with the name of an app": ({"client_id": PHONE}, CLIENT),
    "with a secret beside": ({"client_secret": "x"}, CLIENT),
    "for a code": ({"grant_type": "authorization_code"}, (400, "unauthorized_client")),
    "for a scope": ({"scope": "openid"}, (400, "invalid_scope")),
}


@pytest.mark.parametrize("name", AROUND_THE_ASSERTION)
async def test_a_good_assertion_is_good_for_nothing_else(desk: Desk, name: str) -> None:
    form, answer = AROUND_THE_ASSERTION[name]
    assert answered(await desk.machine(assertion(), **form)) == answer


async def test_an_assertion_with_a_known_id_proves_nothing(desk: Desk) -> None:
    jti = secrets.token_hex(8)
    assert answered(await desk.machine(assertion(jti=jti))) == OK
    assert answered(await desk.machine(assertion(jti=jti, aud=TOKEN))) == CLIENT
    # Another machine has ids of its own.
    assert answered(await desk.machine(assertion(OTHER_SYSTEM, jti=jti))) == OK


async def test_whether_a_client_exists_nothing_tells(desk: Desk) -> None:
    def seen(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
        kept = [(name, value) for name, value in response.headers.items() if name != "x-request-id"]
        return response.status_code, response.content, kept

    attempts = [
        desk.machine(assertion("nobody", STRANGE)),
        desk.machine(assertion(key=STRANGE)),
        desk.machine(assertion(PHONE, STRANGE)),
        desk.refresh("x", client_id="nobody"),
        desk.refresh("x", client_id=SYSTEM),
        desk.post("revoke", {"client_id": "nobody", "token": "x"}),
    ]
    assert len({repr(seen(await one)) for one in attempts}) == 1
    wishes = ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}, {"client_id": SYSTEM})
    found = {repr(seen(await desk.authorize(**wish))) for wish in wishes}
    assert len(found) == 1
    assert "location" not in found.pop()


Sent = Callable[[Desk, str], Awaitable[httpx.Response]]


def raw(content: bytes, kind: str = "application/x-www-form-urlencoded", address: str = "/auth/token") -> Sent:
    async def sent(desk: Desk, code: str) -> httpx.Response:
        body = content.replace(b"CODE", code.encode())
        return await desk.gateway.client.post(address, content=body, headers={"content-type": kind})

    return sent


FORM = f"grant_type=authorization_code&client_id={PHONE}&code=CODE&redirect_uri={LISTENING}&code_verifier=".encode()
ROUND_THE_FORM: dict[str, tuple[Sent, Answer]] = {
    "as JSON": (raw(b'{"grant_type": "authorization_code"}', "application/json"), (415, "invalid_request")),
    "in parts": (raw(FORM, "multipart/form-data; boundary=x"), (415, "invalid_request")),
    "as text": (raw(FORM, "text/plain"), (415, "invalid_request")),
    "in another alphabet": (raw(FORM, "application/x-www-form-urlencoded; charset=utf-16"), (415, "invalid_request")),
    "in the address": (raw(b"", address=f"/auth/token?{FORM.decode()}"), REQUEST),
    "with something twice": (raw(FORM + b"x&client_id=other-app"), REQUEST),
    "no UTF-8": (raw(FORM + b"%ff%fe"), REQUEST),
    "bytes": (raw(b"\xff\xfe\x00"), REQUEST),
    "many parameters": (raw(b"&".join(b"a%d=1" % number for number in range(40))), REQUEST),
    "a large body": (raw(FORM + b"x" * 20_000), (413, "invalid_request")),
    "nothing": (raw(b""), REQUEST),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUND_THE_FORM)
async def test_only_a_plain_form_is_read(desk: Desk, name: str) -> None:
    send, answer = ROUND_THE_FORM[name]
    assert answered(await send(desk, secrets.token_urlsafe(32))) == answer


async def test_a_secret_in_the_header_is_refused_as_such(desk: Desk) -> None:
    form = {"grant_type": "client_credentials"}
    response = await desk.post("token", form, authorization="Basic aG9zcGl0YWw6eA==")
    assert answered(response) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("door", "allow"),
    [("token", "POST"), ("revoke", "POST"), ("authorize", "GET"), ("keys", "GET, HEAD")],
)
async def test_each_door_has_its_methods(desk: Desk, door: str, allow: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "OPTIONS"} - set(allow.split(", ")):
        response = await desk.gateway.client.request(method, f"/auth/{door}")
        assert (response.status_code, response.headers["allow"]) == (405, allow)


async def test_what_is_no_token_of_the_client_s_is_given_back_without_a_word(desk: Desk) -> None:
    given = (await desk.exchange(await desk.code())).json()
    foreign = desk.gateway.token("therapist")
    for token in (secrets.token_urlsafe(32), "x", "a.b.c", foreign, given["access_token"], given["refresh_token"]):
        assert answered(await desk.post("revoke", {"client_id": OTHER_PHONE, "token": token})) == OK
    assert isinstance(await desk.roles(given["access_token"]), list)
    assert isinstance(await desk.roles(foreign), list)
    assert answered(await desk.post("revoke", {"client_id": PHONE})) == REQUEST
