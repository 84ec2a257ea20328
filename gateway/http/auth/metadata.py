"""What clients find out by themselves: where the doors are, and what is asked and given there (RFC 8414, OpenID)."""

from typing import Any, Final

from auth.keyset import ALGORITHMS
from gateway.http.auth.client_door import ClientDoor, told
from gateway.http.auth.door import Asked, Reply
from gateway.log import Log

PATHS: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
AUTHORIZE: Final = "/auth/authorize"
TOKEN: Final = "/auth/token"  # noqa: S105 - an address
REVOKE: Final = "/auth/revoke"
KEYS: Final = "/auth/keys"
OPENID: Final = "openid"
ACCOUNT: Final = "urn:kabinet:account"
CONFIRMED: Final = "urn:kabinet:confirmed"
SECOND_FACTOR: Final = "urn:kabinet:second-factor"
_PROOFS: Final = ["none", "private_key_jwt"]


def metadata(issuer: str, *, certificates: bool) -> dict[str, Any]:
    """The document; an issuer's address may end with a slash, and those of its doors do not have it twice."""
    root = issuer.rstrip("/")
    return {
        "issuer": issuer,
        "authorization_endpoint": root + AUTHORIZE,
        "token_endpoint": root + TOKEN,
        "revocation_endpoint": root + REVOKE,
        "jwks_uri": root + KEYS,
        "scopes_supported": [OPENID],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": _PROOFS,
        "token_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": _PROOFS,
        "revocation_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "acr_values_supported": [ACCOUNT, CONFIRMED, SECOND_FACTOR],
        "prompt_values_supported": ["none", "login"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce"],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "tls_client_certificate_bound_access_tokens": certificates,
    }


class Metadata(ClientDoor):
    """Answers where the doors are."""

    name = "metadata"

    def __init__(self, log: Log, issuer: str, *, certificates: bool) -> None:
        super().__init__(log)
        self._reply = told(metadata(issuer, certificates=certificates))

    async def answer(self, _: Asked) -> Reply:
        """The same document every time."""
        return self._reply
