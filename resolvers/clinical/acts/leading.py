"""What rests on leading the department where the patient is, of all that a permission allows."""

from typing import Any, Final

from auth.permissions import Permission
from auth.rules import Rule
from engine.rights import Keys
from resolvers.context import Context

OF_THE_WARD: Final = frozenset({Rule.WARD, Rule.WARD_TRUSTED})


def leads(context: Context, permission: Permission, row: Any, looked_at: Keys) -> bool:
    """Whether the viewer has a permission on a row as who leads the department where its patient is."""
    return context.viewer[permission].by(OF_THE_WARD).allows(row, looked_at)
