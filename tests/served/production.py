"""The application as production has it: its own issuer, no IDE, no introspection, nothing explained."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from gateway.settings import Settings
from gateway.world.cast import CAST
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYS, VARIABLE
from tests.served.running import Running, running

ISSUER, MINISTRY, AUDIENCE = "https://id.hospital.example/", "https://id.ministry.example/", "kabinet"


@asynccontextmanager
async def production(
    folder: Path, urls: Mapping[str, str], ministry: Sequence[int] | None = None
) -> AsyncIterator[Running]:
    """Serve production over the stores; whoever is named, one of the cast or a subject, has a token of its issuer.

    With a ministry, which may speak for these organisations, whoever is named `moz:…` has a token of that.
    """
    keys = {issuer: rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for issuer in (ISSUER, MINISTRY)}
    listed: list[dict[str, object]] = [{"issuer": ISSUER, "jwks": "keys.json", "first": True}]
    if ministry is not None:
        listed.append({"issuer": MINISTRY, "jwks": "ministry.json", "name": "moz", "organizations": [*ministry]})
    for issuer, name in ((ISSUER, "keys.json"), (MINISTRY, "ministry.json")):
        public = RSAAlgorithm.to_jwk(keys[issuer].public_key(), as_dict=True)
        published = {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}
        (folder / name).write_text(json.dumps(published))
    listed = [{**one, "audience": AUDIENCE, "algorithms": ["RS256"]} for one in listed]
    (folder / "issuers.json").write_text(json.dumps(listed))
    settings = Settings.from_environment(
        {
            "KABINET_PROFILE": "production",
            "KABINET_DATA": str(folder),
            VARIABLE: KEYS,
            IDENTITY_VARIABLE: IDENTITY_KEYS,
            DOCUMENTS_VARIABLE: DOCUMENTS_KEYS,
            "KABINET_ISSUERS": str(folder / "issuers.json"),
            "KABINET_CURSOR_KEY": secrets.token_hex(32),
            "KABINET_POOL": "3",
            "KABINET_DEADLINE": "60",
            "KABINET_STORE_DEADLINE": "30",
            **{f"KABINET_{name.upper()}_URL": url for name, url in urls.items()},
        }
    )
    now = int(time.time())

    def mint(name: str) -> str:
        issuer = MINISTRY if name.startswith("moz:") else ISSUER
        name = name.removeprefix("moz:")
        claims = {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": CAST[name].subject if name in CAST else name,
            "iat": now,
            "exp": now + 7_200,
            "jti": secrets.token_hex(8),
            "client_id": "tests",
            "auth_time": now,
            "assurance": "CONFIRMED",
            "second_factor_at": now,
        }
        return jwt.encode(claims, keys[issuer], "RS256", headers={"typ": "at+jwt", "kid": "1"})

    async with running(settings, urls, mint) as served:
        yield served
