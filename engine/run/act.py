"""Doing one act, for both executors alike."""

from collections.abc import Mapping
from typing import Any

from engine.act import NotAllowed
from engine.context import Context
from engine.graph import BoundField
from engine.path import Path


async def done(field: BoundField, context: Context, path: Path, arguments: Mapping[str, Any]) -> Any:
    """Do an act; the row of its payload, None where the viewer may not, which is noted.

    Raises: whatever befalls the act.
    """
    permission, act = field.declaration.permission or "", field.declaration.act
    verdict = context.rights[permission]
    if verdict.never is not False:
        context.refuse(path, field.coordinate, verdict.refusal_at_all(), permission)
        return None
    try:
        return await act.call(context, **arguments)  # type: ignore[union-attr]  # at the root of acts nothing else is
    except NotAllowed as refused:
        context.refuse(path, field.coordinate, refused.reason, permission)
        return None
