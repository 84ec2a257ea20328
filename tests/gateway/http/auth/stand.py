"""A provider that does what it is told, wrong things too: ЕСИА by RSA or by GOST, and OpenID Connect, in one server."""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.served.process import free_port

CLIENT = "KABINET"
OID = 1_000_000_001
GOST = "GOST3410_2012_256"
KINDS = ("esia", "esia-gost", "openid")
Claims = dict[str, Any]
# The fault of each step: what the stand makes of what it would have answered.
Fault = Callable[["Stand", Any], Any]


def segment(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@dataclass
class Stand:
    """One server; `faults` says by step what is wrong with its next answers."""

    folder: Path
    port: int = field(default_factory=free_port)
    faults: dict[str, Fault] = field(default_factory=dict)
    kind: str = "openid"
    nonce: str = ""
    profile: dict[str, Any] = field(default_factory=dict)
    # Where codes are bound, each is good once, for the attempt that it was given out for.
    binds: bool = False
    given: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self.other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (self.folder / "stand.pub").write_bytes(public)
        (self.folder / "secret").write_text("a secret of the stand")
        self.address = f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.address}/{self.kind}"

    def gost_keys(self) -> None:
        for name in ("gost", "foreign"):
            made = ("openssl", "genpkey", "-engine", "gost", "-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA")
            key = subprocess.run(made, capture_output=True, check=True).stdout
            (self.folder / f"{name}.key").write_bytes(key)
        shown = ("openssl", "pkey", "-engine", "gost", "-in", str(self.folder / "gost.key"), "-pubout")
        (self.folder / "gost.pub").write_bytes(subprocess.run(shown, capture_output=True, check=True).stdout)

    def methods(self, *, gost: bool) -> list[dict[str, Any]]:
        """The file of methods, one for each kind."""
        shared = {"client_id": CLIENT, "organizations": "*"}
        esia = {**shared, "kind": "ESIA", "signer": ["sha256sum"], "certificate_hash": "0" * 64, "claims": "esia"}
        rsa_key = {"algorithm": "RS256", "file": "stand.pub"}
        found: list[dict[str, Any]] = [
            {**esia, "id": "esia", "name": "stand-esia", "keys": [rsa_key]},
            {**shared, "kind": "OPENID", "id": "openid", "name": "stand-openid", "secret": "secret"},
        ]
        if gost:
            key = {"algorithm": GOST, "file": "gost.pub"}
            found.append({**esia, "id": "esia-gost", "name": "stand-gost", "keys": [key]})
        for one in found:
            one |= {"title": one["id"], "issuer": f"{self.address}/{one['id']}"}
            if one["kind"] == "ESIA":
                one["address"] = f"{self.address}/{one['id']}"
        names = ("snils", "family_name", "given_name", "patronymic", "birth_on")
        found[1] |= {"profile": {name: name for name in names}, "scopes": ["openid", "email", "phone"]}
        return found

    def claims(self) -> Claims:
        at = int(time.time())
        found: Claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "auth_time": at,
            "nonce": self.nonce, "amr": "PWD", "sub": OID,
        }  # fmt: skip
        if self.kind == "openid":
            return found | {"sub": str(OID), "amr": ["pwd"]}
        about = {"typ": "P", "lvl": "PR", "is_tru": True, "oid": OID}
        return found | {"urn:esia:sbj": {f"urn:esia:sbj:{name}": value for name, value in about.items()}}

    def id_token(self) -> str:
        claims = self.fault("claims", self.claims())
        header = {"kid": "1"} if self.kind == "openid" else {"sbt": "id", "ver": 1}
        if self.kind != "esia-gost":
            return jwt.encode(claims, self.key, algorithm="RS256", headers=header)
        return self.by_gost(claims, "gost")

    def by_gost(self, claims: Claims, name: str) -> str:
        text = b".".join(segment(json.dumps(part).encode()) for part in ({"alg": GOST, "typ": "JWT"}, claims))
        argv = ("openssl", "dgst", "-engine", "gost", "-md_gost12_256", "-sign", str(self.folder / f"{name}.key"))
        signature = subprocess.run(argv, input=text, capture_output=True, check=True).stdout
        return (text + b"." + segment(signature)).decode()

    def fault(self, step: str, value: Any) -> Any:
        """What a step answers: as it should, or as the fault has it."""
        made = self.faults.get(step)
        return value if made is None else made(self, value)

    async def discovery(self, _: Request) -> Response:
        found = {
            "issuer": f"{self.address}/openid",
            **{f"{name}_endpoint": f"{self.address}/openid/{name}" for name in ("authorization", "token", "userinfo")},
            "jwks_uri": f"{self.address}/openid/keys",
        }
        return answered(self.fault("discovery", found))

    async def keys(self, _: Request) -> Response:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": "1", "alg": "RS256"}
        return answered(self.fault("keys", {"keys": [key]}))

    async def token(self, request: Request) -> Response:
        form = dict(part.split("=", 1) for part in (await request.body()).decode().split("&"))
        if self.binds and not self.redeemed(form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        made = {"id_token": self.fault("id token", self.id_token()), "access_token": "opaque", "token_type": "Bearer"}
        return answered(self.fault("token", {**made, "state": form.get("state", "")}))

    def code(self, begun: dict[str, str]) -> str:
        """A code for whoever was sent here with these parameters."""
        made = secrets.token_urlsafe(16)
        self.given[made] = begun
        return made

    def redeemed(self, form: dict[str, str]) -> bool:
        """Whether a code was given out, to whoever has its verifier; it is used up."""
        begun = self.given.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if begun is None or segment(digest).decode() != begun["code_challenge"]:
            return False
        self.nonce = begun["nonce"]
        return True

    async def person(self, _: Request) -> Response:
        found = {"sub": str(OID), "snils": "999-000-001 00", "lastName": "Громов", "family_name": "Громов"}
        return answered(self.fault("profile", found))


def answered(value: Any) -> Response:
    return value if isinstance(value, Response) else JSONResponse(value)


@contextmanager
def standing(stand: Stand) -> Iterator[Stand]:
    """The stand as a server, until the block ends."""
    routes = [
        Route("/openid/.well-known/openid-configuration", stand.discovery),
        Route("/openid/keys", stand.keys),
        Route("/openid/token", stand.token, methods=["POST"]),
        Route("/openid/userinfo", stand.person),
        Route("/{kind}/aas/oauth2/v3/te", stand.token, methods=["POST"]),
        Route("/{kind}/rs/prns/{oid}", stand.person),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=stand.port, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield stand
    finally:
        server.should_exit = True
        thread.join()


def hmac_signed(stand: Stand, _: str) -> str:
    """Signed with the public key as if it were a secret."""
    secret = (stand.folder / "stand.pub").read_bytes()
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "1"}, stand.claims())
    text = b".".join(segment(json.dumps(part).encode()) for part in parts)
    made = hmac.digest(secret, text, "sha256")
    return (text + b"." + segment(made)).decode()
