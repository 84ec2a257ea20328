"""What a provider is asked, whatever it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from gateway.identity.methods import Method
from gateway.identity.providers.refusal import SignInRefused
from resolvers.registering.reached import ContactKind


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way, as far as the provider takes part in it.

    Attributes:
        redirect_uri: where its answer comes to.
        max_age: how old the sign-in may be at most, in seconds; None where any is good.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider tells of a person, as far as it may be believed.

    Attributes:
        snils: 11 digits; `birth_on` a day; None where it is not told, or is none.
        contacts: a phone and an e-mail address that he has confirmed there, as they are written there.
    """

    snils: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    birth_on: date | None = None
    contacts: Mapping[ContactKind, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in.

    Attributes:
        subject: what the provider calls him, always the same.
        claims: those of the id token.
    """

    subject: str
    claims: Mapping[str, Any]
    said: Said


class Provider(Protocol):
    """ЕСИА, or an OpenID provider."""

    @property
    def method(self) -> Method:
        """How it is set up."""

    async def authorization(self, attempt: Attempt) -> str:
        """The address to which the person's browser is sent.

        Raises:
            SignInRefused: it cannot be made.
        """

    async def person(self, attempt: Attempt, code: str) -> Person:
        """Who it was that came back with a code.

        Raises:
            SignInRefused: the provider, or what it says, is not good.
        """

    def refused(self, error: str, description: str, /) -> SignInRefused:
        """What the provider's own refusal at the callback means."""

    async def mixed_up(self, issuer: str | None) -> bool:
        """Whether an answer is another provider's (RFC 9207), or should have said whose it is and does not."""

    async def logout(self, back: str) -> str | None:
        """Where the person ends his session there and comes back from; None where that is not possible."""

    async def faults(self) -> list[str]:
        """What an operator has to put right, in lines; asks the provider, and signs."""
