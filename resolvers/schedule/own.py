"""Which patients the viewer is or stands for: the clinical store tells, and is asked for who reads as a patient."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from auth.permissions import Permission as P
from auth.rules import Rule
from engine.rights import Rights
from resolvers.acts.keys import BOOKING
from resolvers.context import Context
from sources.clinical import listing, reading
from sources.clinical.reading import BY_ID
from sources.postgres.ask import Ask, Window
from sources.postgres.seen import Seen
from sources.schedule.booking import ACCOUNTS, PATIENTS

# So many are more than anybody stands for; who has more is shown these.
MOST: Final = 1_000


async def patients(context: Context, at: Ask) -> list[int]:
    """The keys of the patients who the viewer is, or for whom he stands by law; none unless he reads as a patient.

    Raises:
        SourceFailure: the clinical store did not say.
    """
    rules = dict(context.viewer[P.SCHEDULE_BOOKING_READ].rules)
    if not rules.get(Rule.PATIENT):
        return []
    window = Window(MOST, ends=False)
    ask = Ask(at.at, frozenset({"id"}))
    filters = {"account": context.viewer.subject or ""}
    found = await reading.records_of(
        context.stores.clinical, listing.OF_ACCOUNT, [None], ask, window, filters, parent=None, order=BY_ID
    )
    return [row.id for row in found[None].rows]


def once(rights: Rights) -> str | None:
    """The statement that whoever reads as a patient takes, once in an operation."""
    reads_as_patient = Rule.PATIENT in rights[P.SCHEDULE_BOOKING_READ].names[0]
    return "own.patients" if reads_as_patient else None


async def knowing(context: Context, ask: Ask) -> Ask:
    """The same question about bookings, with what the clinical store says of the viewer, once at an instant."""
    asked = context.own_patients
    if asked is None or asked[0] != ask.at:
        asked = context.own_patients = ask.at, asyncio.ensure_future(patients(context, ask))
    # Others of the operation wait for the same answer.
    mine = await asyncio.shield(asked[1])
    accounts = [context.viewer.subject or ""] if mine else []
    return replace(ask, known={PATIENTS: mine, ACCOUNTS: accounts})


async def seen(context: Context, permission: str) -> tuple[Seen, list[int]]:
    """The condition under which a booking may be seen by its own columns, and the viewer's own patients."""
    mine = await patients(context, Ask(context.at))
    return without_accounts(context.viewer[permission].narrow(BOOKING), mine), mine


def without_accounts(seen: Seen, mine: Sequence[int]) -> Seen:
    """A condition that looks at the patients themselves instead of at accounts."""
    if seen is None:
        return None
    return tuple(("patient_id", tuple(mine)) if column == "accounts" else (column, values) for column, values in seen)
