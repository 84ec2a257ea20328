"""How people come in: the methods among which a page lets them choose."""

import strawberry

from engine.declare import public, shows
from resolvers.identity.sign_in import SignInMethodView
from schema.identity.session import SignInMethodKind


@shows(SignInMethodView)
class SignInMethod:
    """A method of sign-in (способ входа)."""

    id: strawberry.ID = public("What it is called in addresses.")
    kind: SignInMethodKind = public("What kind of place it is.")
    title: str = public("What a button says, in the language of Accept-Language.")
    url: str = public("Where a browser begins: a path of this service. It takes `return_to`, a path as well.")
