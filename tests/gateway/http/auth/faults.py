"""Faults by step, parameter and name, as the table of docs/sign-in.md calls them: what is done wrong, and by whom."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.gateway.http.auth.stand import GOST, Fault, Stand, hmac_signed, segment

# Parameters of the way back, and the cookies with which it is gone.
Way = tuple[dict[str, str], dict[str, str]]


def claim(name: str, value: Any) -> Fault:
    """A claim of the id token is another; None takes it away."""

    def changed(_: Stand, claims: dict[str, Any]) -> dict[str, Any]:
        made = {**claims, name: value(claims) if callable(value) else value}
        return made if made[name] is not None else {one: made[one] for one in made if one != name}

    return changed


def tampered(_: Stand, token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def unsigned(stand: Stand, _: str) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, stand.claims())
    return (b".".join(segment(json.dumps(part).encode()) for part in parts) + b".").decode() + "AA"


def foreign_key(stand: Stand, _: str) -> str:
    if stand.kind == "esia-gost":
        return stand.by_gost(stand.claims(), "foreign")
    return jwt.encode(stand.claims(), stand.other, algorithm="RS256", headers={"kid": "1"})


def own_key(stand: Stand, _: str) -> str:
    """The header brings the key along that it is to be believed by."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(stand.other.public_key(), as_dict=True)
    return jwt.encode(stand.claims(), stand.other, algorithm="RS256", headers={"kid": "1", "jwk": public})


def other_algorithm(stand: Stand, _: str) -> str:
    """One that is good elsewhere, but not by the settings of this provider."""
    if stand.kind == "esia":
        head = {"alg": GOST, "typ": "JWT"}
        parts = (segment(json.dumps(part).encode()) for part in (head, stand.claims()))
        return (b".".join(parts) + b"." + segment(bytes(64))).decode()
    return jwt.encode(stand.claims(), stand.other, algorithm="PS256", headers={"kid": "1"})


def withdrawn(_: Stand, document: Any) -> Any:
    return {"keys": [{**one, "kid": "2"} for one in document["keys"]]}


def esia(code: str) -> Fault:
    """A refusal of ЕСИА's at the token endpoint."""
    return lambda *_: JSONResponse({"error": "invalid_request", "error_description": f"ESIA-{code}: No."}, 400)


def without(name: str) -> Fault:
    return lambda _, members: {one: members[one] for one in members if one != name}


def instead(**more: Any) -> Fault:
    return lambda _, members: {**members, **more}


def always(answer: Callable[[], Any]) -> Fault:
    return lambda *_: answer()


def answer_of(status: int) -> Fault:
    return always(lambda: JSONResponse({}, status))


HTML: Fault = always(lambda: Response("<html>", media_type="text/html"))
ENDLESS: Fault = always(lambda: Response(b'{"a": "' + b" " * 300_000 + b'"}'))
ELSEWHERE: Fault = always(lambda: RedirectResponse("http://127.0.0.1:9/", 302))
LONG_AGO, SOON = -7_200, 7_200

# What the provider does wrong: step and parameter → fault → where it is put in, and what.
PROVIDERS: Mapping[tuple[str, str], Mapping[str, tuple[str, Fault]]] = {
    ("token answer", "whole"): {
        "fails": ("token", answer_of(500)),
        "no JSON": ("token", HTML),
        "endless": ("token", ENDLESS),
        "a redirect": ("token", ELSEWHERE),
    },
    ("token answer", "code"): {
        "refused": ("token", always(lambda: JSONResponse({"error": "invalid_grant"}, 400))),
    },
    ("token answer", "client"): {
        "refused": ("token", always(lambda: JSONResponse({"error": "invalid_client"}, 401))),
    },
    ("token answer", "state"): {"foreign": ("token", instead(state="0"))},
    ("token answer", "id_token"): {"missing": ("token", without("id_token"))},
    ("id token", "whole"): {
        "garbled": ("id token", always(lambda: "a.b")),
        "unsigned": ("id token", unsigned),
        "signed by the public key as a secret": ("id token", hmac_signed),
        "of another algorithm": ("id token", other_algorithm),
        "of a foreign key": ("id token", foreign_key),
        "with a key of its own": ("id token", own_key),
        "changed": ("id token", tampered),
    },
    ("id token", "iss"): {"foreign": ("claims", claim("iss", "https://other.example/"))},
    ("id token", "aud"): {
        "foreign": ("claims", claim("aud", "ANOTHER")),
        "several": ("claims", claim("aud", lambda one: [one["aud"], "ANOTHER"])),
    },
    ("id token", "azp"): {"foreign": ("claims", claim("azp", "ANOTHER"))},
    ("id token", "exp"): {
        "over": ("claims", claim("exp", lambda _: int(time.time()) + LONG_AGO)),
        "missing": ("claims", claim("exp", None)),
    },
    ("id token", "iat"): {"to come": ("claims", claim("iat", lambda _: int(time.time()) + SOON))},
    ("id token", "nonce"): {
        "foreign": ("claims", claim("nonce", "0")),
        "missing": ("claims", claim("nonce", None)),
    },
    ("id token", "sub"): {
        "missing": ("claims", claim("sub", None)),
        "no text": ("claims", claim("sub", ["1"])),
    },
    ("profile", "whole"): {"fails": ("profile", answer_of(500)), "no JSON": ("profile", HTML)},
    ("profile", "sub"): {"foreign": ("profile", instead(sub="2"))},
    ("keys", "kid"): {"withdrawn": ("keys", withdrawn)},
    ("discovery", "issuer"): {"foreign": ("discovery", instead(issuer="https://other.example/"))},
    ("discovery", "token_endpoint"): {
        "without TLS": ("discovery", instead(token_endpoint="http://other.example/token")),
    },
    ("discovery", "whole"): {"fails": ("discovery", answer_of(500))},
    ("discovery", "iss"): {
        "promised, and missing": ("discovery", instead(authorization_response_iss_parameter_supported=True)),
    },
    **{
        ("token answer", f"ESIA-{code}"): {"refused": ("token", esia(code))}
        for code in re.findall(
            r"\d+", "007002 007003 007006 007007 007008 007011 007014 007015 007019 007039 007040 007053 008010"
        )
    },
}


def parameter(name: str, value: str | None) -> Callable[[Way], Way]:
    def changed(way: Way) -> Way:
        parameters = {one: given for one, given in way[0].items() if one != name}
        return (parameters if value is None else {**parameters, name: value}), way[1]

    return changed


def refusal(error: str, description: str = "") -> Callable[[Way], Way]:
    def changed(way: Way) -> Way:
        return {"state": way[0]["state"], "error": error, "error_description": description}, way[1]

    return changed


def cookie(value: str | None) -> Callable[[Way], Way]:
    return lambda way: (way[0], {} if value is None else {"kabinet-attempt": value})


# What whoever comes back does wrong.
CALLERS: Mapping[tuple[str, str], Mapping[str, Callable[[Way], Way]]] = {
    ("callback", "state"): {
        "missing": parameter("state", None),
        "garbled": parameter("state", "1"),
        "unknown": parameter("state", "00000000-0000-4000-8000-000000000000"),
    },
    ("callback", "code"): {"missing": parameter("code", None), "endless": parameter("code", "x" * 5_000)},
    ("callback", "cookie"): {"missing": cookie(None), "foreign": cookie("x" * 43), "garbled": cookie("x")},
    ("callback", "iss"): {"foreign": parameter("iss", "https://other.example/")},
    ("callback", "error"): {
        "access_denied": refusal("access_denied"),
        "temporarily_unavailable": refusal("temporarily_unavailable"),
        "unmet_authentication_requirements": refusal("unmet_authentication_requirements"),
        "of no known name": refusal("a_new_one"),
    },
    **{
        ("callback", f"ESIA-{code}"): {"refused": refusal("invalid_request", f"ESIA-{code}: No.")}
        for code in re.findall(
            r"\d+", "007004 007005 007009 007013 007023 007046 007055 007060 007061 007062 007194 036700 999999"
        )
    },
}
