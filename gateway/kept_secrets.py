"""What the demo makes for itself once and keeps in its data folder: keys, and what its router shows."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.identity.kept import kept
from gateway.identity.listed import ListInvalid
from gateway.identity.routers import Routers, secrets_in
from gateway.places import KEY_BYTES, keyring
from sources.sealing import Keyring

# The file with what its router shows.
ROUTER_FILE: Final = "router.secret"


class KeptUnusable(Exception):
    """The folder keeps something of no use, or nothing can be kept there; the text says what, and no secrets."""


def kept_key(data: Path) -> bytes:
    """The key that seals cursors.

    Raises:
        KeptUnusable: the file is damaged, or the folder cannot be written to.
    """
    key = _kept(data / "cursor.key", lambda: secrets.token_bytes(KEY_BYTES))
    if len(key) < KEY_BYTES:
        raise KeptUnusable("KABINET_DATA: its cursor.key is damaged; remove it, and a new one is made")
    return key


def kept_routers(data: Path) -> Routers:
    """What the router of the demo's parts shows.

    Raises:
        KeptUnusable: the file is damaged, or the folder cannot be written to.
    """
    try:
        return Routers(secrets_in(_kept(data / ROUTER_FILE, f"{secrets.token_urlsafe(32)}\n".encode)))
    except ListInvalid:
        raise KeptUnusable(f"KABINET_DATA: its {ROUTER_FILE} is damaged; remove it, and a new one is made") from None


def kept_keyring(data: Path, name: str) -> Keyring:
    """The keys that open a store, from the file of this name.

    Raises:
        KeptUnusable: the file is damaged, or the folder cannot be written to.
    """

    def made() -> bytes:
        return f"1:{secrets.token_hex(KEY_BYTES)},find1:{secrets.token_hex(KEY_BYTES)}".encode()

    found = keyring(_kept(data / name, made).decode(errors="replace").strip())
    if found is None:
        raise KeptUnusable(f"KABINET_DATA: its {name} is damaged; what it sealed is lost: remove the folder")
    return found


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    try:
        return kept(path, make)
    except OSError as failed:
        raise KeptUnusable(f"KABINET_DATA: expected a folder to write to ({failed.strerror})") from None
