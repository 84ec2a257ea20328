"""ID tokens of the portal, signed by RSA or by GOST."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from auth.compact import encoded, signing_input
from gateway.identity.providers.commands import GOST_DIGEST, Commands
from gateway.portal.folder import CHILD, UNCONFIRMED, Citizen, Folder

RS256: Final = "RS256"
GOST: Final = "GOST3410_2012_256"
_LEVELS: Final = {UNCONFIRMED: "P", CHILD: "KD"}
HOLDS: Final = timedelta(hours=1)


def claims(
    citizen: Citizen, issuer: str, client: str, factor: str, nonce: str | None, session: str, shift: timedelta
) -> dict[str, Any]:
    """What the portal says of a sign-in; `factor` is PWD, OTP with a code beside the password, or DS."""
    at = int((datetime.now(UTC) + shift).timestamp())
    level = _LEVELS.get(citizen.status, "PR")
    about: dict[str, Any] = {
        "urn:esia:sbj:typ": "P",
        "urn:esia:sbj:lvl": level,
        "urn:esia:sbj:oid": citizen.oid,
        "urn:esia:sbj:nam": f"OID.{citizen.oid}",
    }
    if level == "PR":
        about["urn:esia:sbj:is_tru"] = True
    found = {
        "iss": issuer,
        "aud": client,
        "sub": citizen.oid,
        "iat": at,
        "nbf": at,
        "exp": at + int(HOLDS.total_seconds()),
        "auth_time": at,
        "amr": "DS" if factor == "DS" else "PWD",
        "urn:esia:amd": factor,
        "urn:esia:sid": session,
        "urn:esia:sbj": about,
    }
    return found if nonce is None else {**found, "nonce": nonce}


async def signed(members: Mapping[str, Any], algorithm: str, folder: Folder, commands: Commands) -> str:
    """The token."""
    header = {"ver": 1, "typ": "JWT", "sbt": "id", "alg": algorithm}
    text = signing_input(header, members)
    if algorithm == GOST:
        signature = await commands.signed((*GOST_DIGEST, "-sign", str(folder.path / "gost.key")), text)
    else:
        key = load_pem_private_key((folder.path / "rsa.key").read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("rsa.key holds no RSA key")
        signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    return f"{text.decode()}.{encoded(signature)}"
