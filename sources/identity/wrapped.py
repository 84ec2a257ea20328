"""The wrapped keys of the identity store: those of whatever it keeps sealed of somebody, and of our own signatures."""

from typing import Any, Final

from sources.identity import challenge, matching, signing_key
from sources.identity.sealed_text import KEY
from sources.rewrapping import Place, Wrapped


def _numbered(table: str) -> Wrapped:
    return Wrapped(table, KEY, ("id",), lambda row: Place(table, KEY, row["id"]))


def _challenge(row: Any) -> Place:
    return Place(challenge.TABLE, "sealed_key", challenge.row_of(row["account"], row["kind"]))


WRAPPED: Final = (
    _numbered("support_ticket"),
    _numbered("account_lock"),
    _numbered("report_template"),
    Wrapped(
        matching.TABLE, "sealed_key", ("account",), lambda row: Place(matching.TABLE, "sealed_key", row["account"])
    ),
    Wrapped(challenge.TABLE, "sealed_key", ("account", "kind"), _challenge),
    Wrapped(
        signing_key.TABLE, "wrapped_key", ("kid",), lambda row: Place(signing_key.TABLE, "wrapped_key", row["kid"])
    ),
)
