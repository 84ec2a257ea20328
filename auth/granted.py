"""What is handed on to a viewer where he works: the grants that are in force there, and what they give him."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from auth.clinical import CLINICAL
from auth.facts import Grant
from auth.granting import GIVEN, HANDED, Module, drug_classes, handed, held, ways
from auth.permissions import Permission
from auth.role import RoleName
from auth.rules import Clause


@dataclass(frozen=True)
class Granted:
    """The grants in force of one viewer at an instant.

    Attributes:
        grants: those at organisations where he has a post.
        here: the organisation of his workplace, where alone what is clinical is given.
        roles: those that he has at it by an accreditation of his own.
    """

    grants: Sequence[Grant]
    here: int | None
    roles: Sequence[RoleName]
    at: datetime

    def ways(self, permission: Permission) -> Iterator[tuple[Clause, frozenset[Any]]]:
        """The ways to a permission that they give."""
        for grant in self._giving(permission):
            yield from ways(grant, permission, self.roles, self._held[grant.id])

    def by(self, permission: Permission, shown: Callable[[Clause], bool]) -> dict[Any, tuple[int, ...]]:
        """By what rows have in common with them, the keys of the grants that give a permission on these rows.

        `shown` says whether the second factor of a clause was shown.
        """
        found: dict[Any, tuple[int, ...]] = {}
        for grant in self._giving(permission):
            for clause, values in ways(grant, permission, self.roles, self._held[grant.id]):
                if shown(clause):
                    found |= {one: tuple(dict.fromkeys((*found.get(one, ()), grant.id))) for one in values}
        return found

    def elsewhere(self, permission: Permission) -> bool:
        """Whether one of them may give a permission at another workplace."""
        return any(
            permission in HANDED[Module(one.module)].permissions and one.organization_id != self.here
            for one in self.grants
        )

    def handed(self, module: Module) -> frozenset[str]:
        """What of a module is handed on at the workplace, as texts of rows."""
        here = (one for one in self.grants if one.module == module and one.organization_id == self.here)
        return frozenset(text for one in here for text in handed(one, self.at))

    def drug_classes(self) -> frozenset[str]:
        """The classes of controlled medicines that the organisation of the workplace lets him prescribe."""
        here = (one for one in self.grants if one.organization_id == self.here)
        return frozenset(name for one in here for name in drug_classes(one, self.at))

    @cached_property
    def _held(self) -> Mapping[int, Mapping[RoleName, frozenset[Any]]]:
        """What each grantor has of the module at the organisation of the grant, by the keys of the grants."""
        return {one.id: held(one.grantor, Module(one.module), one.organization_id, self.at) for one in self.grants}

    def _giving(self, permission: Permission) -> Iterator[Grant]:
        """Those that may give a permission here."""
        if not self.grants or permission not in GIVEN:
            return
        for one in self.grants:
            there = permission not in CLINICAL or one.organization_id == self.here
            if there and permission in HANDED[Module(one.module)].permissions:
                yield one
