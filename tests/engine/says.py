"""Rights over the tiny graph: verdicts as tables of rules, without roles or facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.rights import Keys


@dataclass(frozen=True)
class Why:
    """Why something is refused."""

    word: str = "OBJECT"
    store: str | None = None
    retryable: bool = False
    step_up: int | None = None


@dataclass(frozen=True)
class Says:
    """A verdict: always, never, or where a rule's column has one of the values."""

    always: bool = False
    rules: tuple[tuple[str, frozenset[Any]], ...] = ()
    lost: None = None

    @property
    def never(self) -> bool:
        """No row."""
        return not self.always and not self.rules

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the rules."""
        return tuple(name for name, _ in self.rules), ()

    def allows(self, row: Any, keys: Keys) -> bool:
        """Whether one of the rules holds."""
        found = ((keys.get(name), values) for name, values in self.rules)
        return self.always or any(column is not None and getattr(row, column) in values for column, values in found)

    def covers(self, other: "Says") -> bool:
        """Whether it allows whatever another does."""
        return self.always or (not other.always and set(other.rules) <= set(self.rules))

    def settles(self, row: Any, keys: Keys) -> bool:
        """Whether an edge may be followed."""
        return self.allows(row, keys) or any(name not in keys for name, _ in self.rules)

    def refusal(self, row: Any, keys: Keys) -> Why:  # noqa: ARG002
        """Why not."""
        return Why("OBJECT" if self.rules else "ROLE")

    def refusal_at_all(self) -> Why:
        """Why nothing."""
        return Why("ROLE")

    def narrow(self, keys: Keys) -> tuple[tuple[str, tuple[Any, ...]], ...] | None:
        """Conditions of which one suffices."""
        if self.always:
            return None
        found = ((keys.get(name), values) for name, values in self.rules)
        return tuple((column, tuple(sorted(values))) for column, values in found if column is not None)


@dataclass(frozen=True)
class Holds:
    """Rights as a table."""

    table: Mapping[str, Says] = field(default_factory=dict)

    @property
    def signature(self) -> tuple[Any, ...]:
        """What does not depend on rows."""
        alike: dict[Any, int] = {}
        return tuple(
            (name, says.always, says.names, tuple(alike.setdefault(rule, len(alike)) for rule in says.rules))
            for name, says in sorted(self.table.items())
        )

    def __getitem__(self, permission: str) -> Says:
        return self.table.get(permission, Says())
