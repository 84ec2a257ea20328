"""An act that another service does: what is known of it before it is sent, and who sees to it that it is done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.joining.services import Reply


class Anew(Exception):
    """The caller's rights are no longer those that the operation was planned under; nothing was done yet."""


class Unnoted(Exception):
    """The journal did not take an entry of an act.

    Attributes:
        done: under which key of the answer the act stands, if it was done: its idempotency key tells what came of it.
    """

    def __init__(self, done: str | None = None) -> None:
        super().__init__("the journal took no entry")
        self.done = done


@dataclass(frozen=True, slots=True)
class Deed:
    """One act, about to be done.

    Attributes:
        service: who does it.
        name: of the field of `Mutation`.
        key: under which the answer has it.
        permission: that it takes.
        arguments: their values, as they are sent.
        objects: global ids of ours that stand in them.
    """

    service: str
    name: str
    key: str
    permission: str
    arguments: Mapping[str, Any]
    objects: tuple[str, ...]

    @property
    def coordinate(self) -> str:
        """`Mutation.field`."""
        return f"Mutation.{self.name}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a service answered to an act; `refused` where it says that it has not done it."""

    reply: Reply
    refused: bool


class Sending(Protocol):
    """How one act is sent.

    Attributes:
        digest: what was asked to be read of it, digested: an answer that is told again is of one that asked the same.
    """

    @property
    def digest(self) -> str: ...  # noqa: D102 - as the class says

    def stands(self) -> bool:
        """Whether the caller's rights are still those that it was planned under."""
        ...

    async def send(self, key: str) -> Said:
        """Ask the service, once, under a key.

        Raises:
            Exception: no answer was had; nobody knows what was done, unless its `undone` says that nothing was.
        """
        ...


class Acts(Protocol):
    """Does acts of other services: once for a key, under the rights of the instant, noted before and after."""

    async def look(self, context: Any) -> None:
        """See the caller as he is now."""
        ...

    async def done(self, deed: Deed, sending: Sending, context: Any) -> Reply:
        """Do one act, or tell again what came of it; once begun it is carried to its end, whoever waits.

        Raises:
            Anew: the rights are others than those that it was planned under; nothing was done.
            NotAllowed: the caller may not do it; nothing was done.
            Fault: why it was not done, or why nobody knows.
            Unnoted: the journal took no entry.
        """
        ...
