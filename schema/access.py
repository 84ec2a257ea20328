"""The terms of access, and what comes of agreeing to them."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers import viewer as viewers
from resolvers.access import AccessTermsPayload as AccessTermsResult
from resolvers.access import AccessTermsView

if TYPE_CHECKING:
    from schema.payload import Problem
    from schema.viewer import Viewer


@shows(AccessTermsView)
class AccessTerms:
    """A version of the terms of access (условия доступа)."""

    version: str = public("Name of the version; `confirmAccessTerms` takes it.")
    in_force_from: datetime = public("Since when it is in force.")
    text: str = public("What is agreed to, in the language of Accept-Language.")


@shows(AccessTermsResult)
class AccessTermsPayload:
    """What came of agreeing to the terms of access, or of taking that back."""

    viewer: "Viewer | None" = edge(
        viewers.current, "The viewer after the act, with the roles that he has now.", by="key"
    )
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")
