"""What may be done to which objects, told before it is done: for the buttons of a page."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from engine.batch import many
from engine.declare import public, shows
from resolvers.acts import foreseeing
from resolvers.acts.foreseeing import CanActView, StepUpView
from resolvers.context import Context
from schema.capability import ActState
from schema.enums import enum
from schema.mutation import Mutation
from sources.postgres.ask import Ask

WANTED_ACTS = {
    "acts": "Which acts: 20 at most.",
    "objects": "Global ids of what they would be done to: 50 at most.",
}
_FIELDS = Mutation.__strawberry_definition__.fields  # type: ignore[attr-defined]
_SAID: Any = {to_camel_case(field.python_name): str(field.description) for field in _FIELDS}
# The acts are the fields of the root `Mutation`; whatever is added there is added here.
ActName: Any = StrEnum("ActName", {name: name for name in _SAID})  # type: ignore[misc]

enum(ActName, "What can be done: the fields of `Mutation` by their names.", **_SAID)


@many(None, CanActView)
async def can_act(
    context: Context,
    keys: Sequence[int],
    ask: Ask,
    *,
    acts: list[ActName],
    objects: list[strawberry.ID],
) -> dict[int, list[CanActView]]:
    """What the acts would say of the objects; one statement for each kind of them."""
    found = await foreseeing.foreseen(context, [str(one.value) for one in acts], objects, ask)
    return dict.fromkeys(keys, found)


@shows(StepUpView)
class StepUp:
    """How a second factor is shown."""

    url: str | None = public("Where a browser is sent for it; null where it is shown nowhere here.")
    max_age: int = public("How old in seconds it may be.")


@shows(CanActView)
class CanAct:
    """What an act would say of an object."""

    act: ActName = public("The act.")
    object: strawberry.ID = public("The object, as it was asked for.")
    state: ActState = public("Whether the viewer may.")
    reason: str | None = public(
        "Why not: the reason of a refusal, or the code of a problem; NOT_FOUND of what is not there, or not for him, "
        "or is nothing that the act is done to."
    )
    step_up: StepUp | None = public("How the second factor is shown, where it is what is missing.")
    until: datetime | None = public("Until when at the latest he may, as far as is known; null where he may not.")
