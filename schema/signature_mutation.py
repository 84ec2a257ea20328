"""What is signed, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.document import signing
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.signature import SignDocumentPayload


@shows(Root)
class SigningActs:
    """Acts of signing documents."""

    sign_document: "SignDocumentPayload | None" = act(
        signing.sign,
        "Put a detached signature under a document; once all are there that its kind has to have, it is signed "
        "(подписать документ).",
        permission=P.DOCUMENT_SIGNATURE_WRITE,
        arguments=INPUT,
    )
