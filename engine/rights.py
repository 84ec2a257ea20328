"""What the engine knows of rights: a verdict for a permission, and how it meets a row.

The engine knows neither roles nor rules: a rule is a name, and each type says which of its columns the rule looks at
(`keys` of `@shows`).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

# For each rule the column it looks at; None where the rule can hold on no object of the type.
Keys = Mapping[str, str | None]


class Reason(Protocol):
    """Why something is refused: a stable word, and the store whose facts were missing, if that is why."""

    @property
    def word(self) -> str:
        """The stable word."""
        ...

    @property
    def store(self) -> str | None:
        """The store whose facts were missing."""
        ...

    @property
    def retryable(self) -> bool:
        """Whether asking again may help."""
        ...

    @property
    def step_up(self) -> int | None:
        """How old in seconds a second factor may be for it to be given, where one is what is missing."""
        ...


def sterner(one: Reason, other: Reason) -> Reason:
    """Of two reasons of one word the one that asks for the fresher second factor: who shows it has done for both."""
    if one.step_up is None or other.step_up is None:
        return one
    return other if other.step_up < one.step_up else one


@dataclass(frozen=True, slots=True)
class Masked:
    """The whole value may not be read, a part of it may, in a field of its own."""

    word: str = "MASKED"
    store: str | None = None
    retryable: bool = False
    step_up: int | None = None


MASKED = Masked()


class Verdict(Protocol):
    """What a viewer may do by one permission at one instant. Only `True` itself allows, whatever else comes refuses."""

    @property
    def always(self) -> bool:
        """Allowed on every row."""
        ...

    @property
    def never(self) -> bool:
        """Allowed on no row."""
        ...

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the rules of which one must hold, and of those that wait for a fresh sign-in."""
        ...

    @property
    def lost(self) -> Reason | None:
        """What to say when facts of the viewer are missing that might have allowed more."""
        ...

    def allows(self, row: Any, keys: Keys) -> bool:
        """Whether the row may be read."""
        ...

    def covers(self, other: Any) -> bool:
        """Whether every row that another verdict of the same viewer allows is allowed here too.

        Viewers with the same signature have the same answer.
        """
        ...

    def settles(self, row: Any, keys: Keys) -> bool:
        """Whether an edge of the row may be followed: a rule holds on the row, or only the children can tell."""
        ...

    def refusal(self, row: Any, keys: Keys) -> Reason:
        """Why this row is refused."""
        ...

    def refusal_at_all(self) -> Reason:
        """Why nothing is allowed."""
        ...

    def narrow(self, keys: Keys) -> tuple[tuple[str, tuple[Any, ...]], ...] | None:
        """The rules as conditions on columns, any of which suffices; None when no rule is due."""
        ...


class Rights(Protocol):
    """The verdicts of one viewer at one instant."""

    @property
    def signature(self) -> Hashable:
        """What of the verdicts does not depend on rows: viewers with equal signatures share plans."""
        ...

    def __getitem__(self, permission: str) -> Verdict:
        """The verdict for a permission; an unknown permission is refused."""
        ...


class Everything:
    """Rights and verdicts of whoever may do everything: under them a plan has all that its operation can come to."""

    signature = "everything"
    always = True
    never = False
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    lost = None

    def __getitem__(self, permission: str) -> "Everything":
        return self

    def allows(self, row: Any, keys: Keys) -> bool:  # noqa: ARG002 - whatever it is
        """Every row."""
        return True

    settles = allows

    def covers(self, other: Any) -> bool:  # noqa: ARG002 - whatever it is
        """Every row."""
        return True

    def refusal(self, row: Any, keys: Keys) -> Reason:  # noqa: ARG002 - there is none
        """Nothing is refused."""
        raise LookupError

    def refusal_at_all(self) -> Reason:
        """Nothing is refused."""
        raise LookupError

    def narrow(self, keys: Keys) -> None:
        """No rule is due."""


EVERYTHING = Everything()
