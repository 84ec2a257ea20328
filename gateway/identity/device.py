"""The secret by which a browser is known again: it opens nothing, and makes no sign-in surer."""

from typing import Final

from gateway.identity.cookie import kept, new_secret, secret_of
from sources.identity.device import KEPT_DAYS

SECURE: Final = "__Host-kabinet-device"
# The demo speaks without TLS, where no cookie may call itself secure.
PLAIN: Final = "kabinet-device"
_DAY: Final = 86_400


def browser_of(cookies: bytes | None, *, secure: bool) -> str:
    """The secret that a browser shows, or a new one."""
    return secret_of(cookies, SECURE if secure else PLAIN) or new_secret()


def known_again(secret: str, *, secure: bool) -> tuple[bytes, bytes]:
    """The header by which a browser keeps it."""
    return kept(SECURE if secure else PLAIN, secret, KEPT_DAYS * _DAY, secure=secure)
