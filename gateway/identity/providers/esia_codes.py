"""What ЕСИА answers in place of a person, by its own codes, and what that means here."""

import re
from collections.abc import Mapping
from typing import Final

from gateway.identity.providers.refusal import SignInRefused, Why

_CODE: Final = re.compile(r"\bESIA-([0-9]{6})\b")

MEANINGS: Final[Mapping[str, Why]] = {
    "007002": Why.CERTIFICATE,
    "007003": Why.REQUEST_REFUSED,
    "007004": Why.CANCELLED,
    "007005": Why.CLIENT_REFUSED,
    "007006": Why.SCOPE,
    "007007": Why.PROVIDER_FAULT,
    "007008": Why.OVERLOADED,
    "007009": Why.CLIENT_REFUSED,
    "007011": Why.CODE_REFUSED,
    "007013": Why.SCOPE,
    "007014": Why.REQUEST_REFUSED,
    "007015": Why.CLOCK,
    "007019": Why.PERMISSION,
    "007023": Why.REDIRECT_URI,
    "007039": Why.VERIFIER_REFUSED,
    "007040": Why.VERIFIER_REFUSED,
    "007046": Why.NO_SECOND_FACTOR,
    "007053": Why.CERTIFICATE,
    "007055": Why.NOT_CONFIRMED,
    "007060": Why.ROLE,
    "007061": Why.ROLE,
    "007062": Why.ROLE,
    "007194": Why.NOT_EMPLOYED,
    "008010": Why.CLIENT_REFUSED,
}
# A whole family speaks of consent.
_CONSENT: Final = "0367"
_BY_ERROR: Final[Mapping[str, Why]] = {
    "access_denied": Why.CANCELLED,
    "temporarily_unavailable": Why.OVERLOADED,
    "invalid_grant": Why.CODE_REFUSED,
    "invalid_client": Why.CLIENT_REFUSED,
    "invalid_scope": Why.SCOPE,
    "invalid_request": Why.REQUEST_REFUSED,
}


def meant(error: str, description: str) -> SignInRefused:
    """What a refusal means; one of a code that is not known is the provider's fault."""
    found = _CODE.search(description) or _CODE.search(error)
    if found is None:
        return SignInRefused(_BY_ERROR.get(error, Why.PROVIDER_FAULT))
    code = found[1]
    why = Why.CONSENT if code.startswith(_CONSENT) else MEANINGS.get(code, Why.PROVIDER_FAULT)
    return SignInRefused(why, f"ESIA-{code}")
