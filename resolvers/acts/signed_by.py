"""Signatures as they come in an input, and whether they are the viewer's: the same for all that is signed."""

import base64
import binascii
from typing import Final

from auth.rights import OBJECT
from engine.act import NotAllowed
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from sources.postgres.ask import Ask
from sources.practitioner import practitioners
from sources.signing.certificate import Certificate
from sources.signing.structure import LARGEST

CMS: Final = "detachedCms"
_SIGNER: Final = frozenset({"id", "snils"})


def decoded(text: str) -> bytes:
    """The signature in DER; blanks and breaks of lines between its letters mean nothing.

    Raises:
        Hindered: it is no base64, nothing, or too long.
    """
    try:
        found = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or len(found) > LARGEST:
        raise Hindered(Problem(ProblemCode.SIGNATURE_MALFORMED, (CMS,)))
    return found


async def is_of_viewer(context: Context, of: Certificate) -> int | None:
    """The viewer's key in the register, where a certificate is his by its СНИЛС; None where it is somebody else's.

    Raises:
        NotAllowed: the viewer is nobody in the register.
    """
    facts = context.viewer.facts
    if facts is None or facts.practitioner_id is None:
        raise NotAllowed(OBJECT)
    ask = Ask(context.at, _SIGNER)
    found = await practitioners(context.stores.registry, "id", [facts.practitioner_id], ask)
    person = found.get(facts.practitioner_id)
    return person.id if person is not None and person.snils == of.snils else None
