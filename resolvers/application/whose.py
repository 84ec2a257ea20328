"""Whose applications are (чьи заявления): the viewer's own, or those of others."""

from collections.abc import Mapping
from dataclasses import replace

from auth.role import RoleName
from resolvers.context import Context
from resolvers.viewer import complete
from sources.postgres.ask import Ask

NO_FILTERS: Mapping[str, object] = {}


def wanted(context: Context, ask: Ask, mine: bool | None) -> tuple[Ask, Mapping[str, object]]:
    """How to ask for the viewer's own applications, or for all but those; for all where it is not said.

    His own are those that he filed, that an institution filed which he heads, and that he has taken to examine.
    """
    if mine is None:
        return ask, NO_FILTERS
    complete(context)
    person, headed, taken = _own(context)
    if mine:
        own = (("practitioner_id", person), ("holder_organization_id", headed), ("id", taken))
        return replace(ask, narrow=(*ask.narrow, own)), NO_FILTERS
    return ask, {"not_of_person": person, "not_of_institution": headed, "not_taken": taken}


def _own(context: Context) -> tuple[list[int], list[int], list[int]]:
    """Keys of the viewer himself, of the institutions that he heads, and of the applications that he examines."""
    facts, at = context.viewer.facts, context.at
    if facts is None:
        return [], [], []
    headed = {place for role in context.viewer.roles if role.name is RoleName.HED for place in role.organizations}
    taken = {
        case.application_id
        for case in facts.cases
        if case.application_id is not None and case.opened_at <= at and (case.closed_at is None or at < case.closed_at)
    }
    person = [] if facts.practitioner_id is None else [facts.practitioner_id]
    return person, sorted(headed), sorted(taken)
