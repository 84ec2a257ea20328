"""Who read what of the viewer himself, and of the patients who he is or for whom he stands by law."""

import json
from collections.abc import Sequence

from auth.permissions import Permission
from auth.rules import Rule
from engine.batch import page
from engine.global_id import encode
from resolvers import prefixes
from resolvers.context import Context
from sources import audit as source
from sources.audit import AccessRecord
from sources.clinical.listing import ids_of_account
from sources.postgres.ask import Ask, Slice, Window


async def _people(context: Context) -> list[str]:
    """Whose accesses are the viewer's to know, each as the journal holds them."""
    facts, found = context.viewer.facts, []
    if facts is not None and facts.practitioner_id is not None:
        found.append(encode(prefixes.PRACTITIONER, facts.practitioner_id))
    rules = dict(context.viewer[Permission.CLINICAL_CARD_READ].rules)
    for subject in sorted(rules.get(Rule.PATIENT, ())):
        patients = await ids_of_account(context.stores.clinical, subject, context.at)
        found += [encode(prefixes.PATIENT, key) for key in patients]
    return [json.dumps([one]) for one in found]


async def _count(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    people = await _people(context)
    if not people:
        return dict.fromkeys(keys, 0)
    counted = await source.accesses_count(context.stores.journal, [None], ask, {"people": people})
    return dict.fromkeys(keys, counted[None])


@page("journal", AccessRecord, _count)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask, window: Window) -> dict[int, Slice[AccessRecord]]:
    """What was read of the viewer's data and of his patients' records, the last first."""
    people = await _people(context)
    if not people:
        return dict.fromkeys(keys, Slice([], ("id",), False))
    found = await source.accesses(context.stores.journal, [None], ask, window, {"people": people})
    return dict.fromkeys(keys, found[None])
