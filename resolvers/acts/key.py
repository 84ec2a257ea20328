"""Keys of acts (idempotency keys): one alphabet, whether a key comes in the input or in a header; what one is for."""

import unicodedata
from dataclasses import fields
from functools import cache
from typing import Any, Final

from auth.workplace import ORDINARY
from resolvers.acts.fingerprint import fingerprint
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from sources.postgres.store import Store
from sources.postgres.writing import Key

LONGEST: Final = 255
# What is one character in NFC may be written with so many.
MOST_PARTS: Final = 4


def taken(text: str) -> str | None:
    """The key that a text is: 1 to 255 characters that can be printed, no blank at its ends, in NFC; none otherwise."""
    if len(text) > MOST_PARTS * LONGEST:
        return None
    key = unicodedata.normalize("NFC", text)
    return key if key and key.isprintable() and key == key.strip() and len(key) <= LONGEST else None


def key_of(context: Context, store: Store, act: str, input: Any) -> Key | None:
    """The key under which an act is asked for, with what else was said; none where no key was given.

    Raises:
        Hindered: what was given as the key is none.
        SourceUnavailable: the store cannot keep it, for lack of a secret.
    """
    given = getattr(input, "idempotency_key", None)
    text = context.idempotency_key if given is None else taken(given)
    if given is None and text is None:
        return None
    if text is None:
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("idempotencyKey",), {"field": "idempotencyKey"}))
    said = {name: getattr(input, name) for name in _said(input.__class__)}
    acting = context.viewer.acting
    if acting is not ORDINARY:
        # No field of an input has such a name. What was left to the register may be otherwise when it is repeated.
        said[""] = (acting.workplace, acting.principal and acting.principal.practitioner_id)
    return Key(text, context.viewer.subject or "", act, store.kept_as(fingerprint(said)))


@cache
def _said(kind: type) -> tuple[str, ...]:
    """The names of what an input of a kind says beside the key."""
    return tuple(one.name for one in fields(kind) if one.name != "idempotency_key")
