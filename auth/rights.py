"""Verdicts: what a viewer may do by one permission at one instant, and how that meets a row.

The rule behind a verdict is data: a column of the row ∈ a set of the viewer. Which column, each type says for itself
(`keys`); one verdict gives both the predicate on a row and the conditions that narrow a list.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

# For each rule the column it looks at; None where the rule can hold on no object of the type.
Keys = Mapping[str, str | None]
RuleSet = tuple[str, frozenset[Any]]
# The rule that holds on every row, whatever its columns.
ALL = "all"


class Locked(NamedTuple):
    """A rule, the set it looks into, and how old in seconds a second factor may be for it."""

    rule: str
    values: frozenset[Any]
    max_age: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a stable word, and the store whose facts were missing, if that is why.

    `step_up`: how old in seconds a second factor may be for it to be given, where one is what is missing.
    """

    word: str
    store: str | None = None
    retryable: bool = False
    step_up: int | None = None


ROLE = Reason("ROLE")
OBJECT = Reason("OBJECT")
SIGN_IN = Reason("SIGN_IN")
WORKPLACE = Reason("WORKPLACE")
ACCOUNT_NOT_CONFIRMED = Reason("ACCOUNT_NOT_CONFIRMED")
ACCOUNT_BLOCKED = Reason("ACCOUNT_BLOCKED")
IDENTITY_MISMATCH = Reason("IDENTITY_MISMATCH")
REGISTRY_LINK_MISSING = Reason("REGISTRY_LINK_MISSING")
LINK_REQUIRED = Reason("LINK_REQUIRED")
ORG_CLOSED = Reason("ORG_CLOSED")
REMOTE_ACCREDITATION = Reason("REMOTE_ACCREDITATION")
SECOND_FACTOR = "SECOND_FACTOR"
SECOND_FACTOR_NOT_CONFIGURED = "SECOND_FACTOR_NOT_CONFIGURED"


# The ages of a policy are two; settings and tests have a few more.
@lru_cache(maxsize=32)
def second_factor(max_age: int, *, configured: bool = True) -> Reason:
    """That a second factor is missing, or one is that the account does not have; it may be so many seconds old."""
    return Reason(SECOND_FACTOR if configured else SECOND_FACTOR_NOT_CONFIGURED, step_up=max_age)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a viewer may do by one permission at one instant.

    Attributes:
        always: allowed on every row.
        rules: allowed on rows that meet any of these.
        locked: would be allowed on rows that meet any of these, with a second factor that is not too old.
        idle: names of rules that a role gives too, but that hold on no row: no object is the viewer's in this way.
        reason: what to say when no role gives anything.
        lost: what to say instead of "not this object" when facts of the viewer could not be had.
        configured: whether the viewer's account has a second factor that it could show.
    """

    always: bool = False
    rules: tuple[RuleSet, ...] = ()
    locked: tuple[Locked, ...] = ()
    idle: tuple[str, ...] = ()
    reason: Reason = ROLE
    lost: Reason | None = None
    configured: bool = True

    @property
    def never(self) -> bool:
        """Whether no row can be allowed."""
        return not self.always and not self.rules

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the rules of which one must hold, and of those that wait for a fresh second factor."""
        return tuple(name for name, _ in self.rules), tuple(dict.fromkeys(one.rule for one in self.locked))

    def allows(self, row: Any, keys: Keys) -> bool:
        """Whether the row may be read; a rule that the type has no key for does not hold."""
        return True if self.always else _any_holds(self.rules, row, keys)

    def by(self, names: Container[str]) -> "Verdict":
        """The same, as far as it rests on rules of these names; what is allowed on every row stays so."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule[0] in names))

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
        # Any of them would do, so that the least is asked for.
        ages = [one.max_age for one in self.locked if one.rule == ALL or _holds(one.rule, one.values, row, keys)]
        if ages:
            return second_factor(max(ages), configured=self.configured)
        if self.lost is not None:
            return self.lost
        given = (*(name for name, _ in self.rules), *(one.rule for one in self.locked), *self.idle)
        return OBJECT if any(keys.get(name, name) is not None for name in given) else self.reason

    def refusal_at_all(self) -> Reason:
        """Why nothing is allowed."""
        if self.lost is not None:
            return self.lost
        if self.locked:
            # Which of them will hold is not known, and what is asked for is to suffice for any.
            return second_factor(min(one.max_age for one in self.locked), configured=self.configured)
        return OBJECT if self.idle else self.reason

    def narrow(self, keys: Keys) -> tuple[tuple[str, tuple[Any, ...]], ...] | None:
        """The same rule as conditions on columns of a statement, any of which suffices; None when no rule is due."""
        if self.always:
            return None
        columns = ((keys.get(name), values) for name, values in self.rules)
        return tuple((column, tuple(values)) for column, values in columns if column is not None)


def _any_holds(rules: Iterable[RuleSet], row: Any, keys: Keys) -> bool:
    for name, values in rules:
        column = keys.get(name)
        if column is None:
            continue
        value = getattr(row, column)
        if (not values.isdisjoint(value)) if value.__class__ is list else value in values:
            return True
    return False


def _holds(name: str, values: frozenset[Any], row: Any, keys: Keys) -> bool:
    return _any_holds(((name, values),), row, keys)
