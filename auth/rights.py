"""Verdicts: what a viewer may do by one permission at one instant, and how that meets a row.

The rule behind a verdict is data: a column of the row ∈ a set of the viewer. Which column, each type says for itself
(`keys`); one verdict gives both the predicate on a row and the conditions that narrow a list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# For each rule the column it looks at; None where the rule can hold on no object of the type.
Keys = Mapping[str, str | None]
RuleSet = tuple[str, frozenset[Any]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a stable word, and the store whose facts were missing, if that is why."""

    word: str
    store: str | None = None
    retryable: bool = False


ROLE = Reason("ROLE")
OBJECT = Reason("OBJECT")
SIGN_IN = Reason("SIGN_IN")
SECOND_FACTOR = Reason("SECOND_FACTOR")
WORKPLACE = Reason("WORKPLACE")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a viewer may do by one permission at one instant.

    Attributes:
        always: allowed on every row.
        rules: allowed on rows that meet any of these.
        locked: would be allowed on rows that meet any of these, with a fresh second factor.
        idle: names of rules that a role gives too, but that hold on no row: no object is the viewer's in this way.
        reason: what to say when no role gives anything.
        lost: what to say instead of "not this object" when facts of the viewer could not be had.
    """

    always: bool = False
    rules: tuple[RuleSet, ...] = ()
    locked: tuple[RuleSet, ...] = ()
    idle: tuple[str, ...] = ()
    reason: Reason = ROLE
    lost: Reason | None = None

    @property
    def never(self) -> bool:
        """Whether no row can be allowed."""
        return not self.always and not self.rules

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the rules of which one must hold, and of those that wait for a fresh second factor."""
        return tuple(name for name, _ in self.rules), tuple(name for name, _ in self.locked)

    def allows(self, row: Any, keys: Keys) -> bool:
        """Whether the row may be read; a rule that the type has no key for does not hold."""
        return True if self.always else _any_holds(self.rules, row, keys)

    def covers(self, other: "Verdict") -> bool:
        """Whether every row that another verdict allows is allowed here too, by the same rules and sets."""
        return self.always or (not other.always and all(rule in self.rules for rule in other.rules))

    def settles(self, row: Any, keys: Keys) -> bool:
        """Whether an edge of the row may be followed: a rule holds on the row, or only the children can tell."""
        if self.always or _any_holds(self.rules, row, keys):
            return True
        # With facts missing the children would be fewer than there are, and nobody would be told.
        return self.lost is None and any(name not in keys for name, _ in self.rules)

    def refusal(self, row: Any, keys: Keys) -> Reason:
        """Why this row is refused."""
        if _any_holds(self.locked, row, keys):
            return SECOND_FACTOR
        if self.lost is not None:
            return self.lost
        given = (*(name for name, _ in self.rules + self.locked), *self.idle)
        return OBJECT if any(keys.get(name, name) is not None for name in given) else self.reason

    def refusal_at_all(self) -> Reason:
        """Why nothing is allowed."""
        if self.lost is not None:
            return self.lost
        if self.locked:
            return SECOND_FACTOR
        return OBJECT if self.idle else self.reason

    def narrow(self, keys: Keys) -> tuple[tuple[str, tuple[Any, ...]], ...] | None:
        """The same rule as conditions on columns of a statement, any of which suffices; None when no rule is due."""
        if self.always:
            return None
        columns = ((keys.get(name), values) for name, values in self.rules)
        return tuple((column, tuple(values)) for column, values in columns if column is not None)


def _any_holds(rules: tuple[RuleSet, ...], row: Any, keys: Keys) -> bool:
    for name, values in rules:
        column = keys.get(name)
        if column is None:
            continue
        value = getattr(row, column)
        if (not values.isdisjoint(value)) if value.__class__ is list else value in values:
            return True
    return False
