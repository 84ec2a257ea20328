"""How people come in: the methods among which a page lets them choose."""

from enum import StrEnum

import strawberry

from engine.declare import public, shows
from resolvers.sign_in import SignInMethodView
from schema.enums import enum


class SignInKind(StrEnum):
    """What a method speaks."""

    ESIA = "ESIA"
    OPENID = "OPENID"


enum(
    SignInKind,
    "What kind of place vouches for who signs in.",
    ESIA="ЕСИА, the portal of state services (Госуслуги).",
    OPENID="A provider of OpenID Connect, such as that of a hospital (провайдер OpenID Connect).",
)


@shows(SignInMethodView)
class SignInMethod:
    """A method of sign-in (способ входа)."""

    id: strawberry.ID = public("What it is called in addresses.")
    kind: SignInKind = public("What kind of place it is.")
    title: str = public("What a button says, in the language of Accept-Language.")
    url: str = public("Where a browser begins: a path of this service. It takes `return_to`, a path as well.")
