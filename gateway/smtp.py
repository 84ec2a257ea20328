"""Where mail goes out: an address such as smtp+starttls://user:password@mail.example.org:587."""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote, urlsplit

# Scheme → how the connection is kept private, and the usual port.
_SCHEMES: Final = MappingProxyType({"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)})
_SENDER: Final = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server and the address that mail comes from; `security` is none, starttls or tls."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None = field(repr=False)
    sender: str


def smtp_place(url: str, sender: str) -> SmtpSettings | None:
    """The server that an address means; none when it is no such address."""
    try:
        parts = urlsplit(url)
        security, usual = _SCHEMES[parts.scheme]
        port = parts.port or usual
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.path.strip("/") or parts.query or (parts.password and not parts.username):
        return None
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return SmtpSettings(parts.hostname, port, security, user, password, sender)


def is_sender(address: str) -> bool:
    """Whether mail can come from this address."""
    return _SENDER.fullmatch(address) is not None
