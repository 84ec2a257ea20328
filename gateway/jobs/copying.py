"""Bookings and duties are carried from the schedule to the clinical store, where relations of care come of them.

What was changed is copied as it is now, so that it may be told twice and makes the same; whoever dies on the way is
followed by somebody who does it again. The copy says up to when it is known to be as it is there; only one that has
left nothing behind moves that instant.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from resolvers.rules import RELATIONS
from sources.clinical import copying as target
from sources.clinical import duty as duties
from sources.clinical.copying import Relation
from sources.clinical.duty import Duty
from sources.postgres.crashing import reach
from sources.postgres.store import Store
from sources.postgres.transaction import transaction
from sources.schedule import copying as source
from sources.schedule import duty as duties_there
from sources.schedule.copying import ChangedBooking
from sources.schedule.duty import ChangedDuty
from sources.stores import Stores

AT_ONCE: Final = 1_000
SECONDS: Final = 10.0
# So old is what another process has just done; a copy is trusted for a second.
FRESH: Final = timedelta(seconds=0.2)
EVERY: Final = 0.3
_Marking = Callable[[Store, Sequence[int]], Awaitable[None]]


class Copying:
    """Keeps the relations that rest on bookings and duties; any number of processes may try, one at a time does."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], fresh: timedelta = FRESH) -> None:
        self._stores = stores
        self._clock = clock
        self._fresh = fresh

    async def run(self) -> int:
        """Copy what was changed, 1,000 bookings and duties at most, and say how many; trust the copy if that was all.

        Raises:
            SourceFailure: a store is lost; what was not copied waits.
        """
        stores = self._stores
        async with transaction(stores.clinical, SECONDS) as connection:
            trusted = await target.turn(connection)
            # The instant comes before the question: what is committed later may be missing.
            at = self._clock()
            if trusted is None or timedelta(0) <= at - trusted < self._fresh:
                return 0
            changes = await source.waiting(stores.schedule, AT_ONCE)
            on_duty = await duties_there.waiting(stores.schedule, AT_ONCE)
            if changes or on_duty:
                reach("relay_read")
            anew = [one.id for one in changes if one.booking_id is None]
            duties_anew = [one.id for one in on_duty if one.shift_id is None]
            if anew:
                await target.forget_all(connection)
            else:
                await target.relate(connection, *_as_relations(changes))
            if duties_anew:
                await duties.forget_all(connection)
            else:
                await duties.take(connection, *_as_duties(on_duty, at), at)
            if anew or duties_anew:
                await target.trust(connection, target.NEVER)
            elif max(len(changes), len(on_duty)) < AT_ONCE:
                await target.trust(connection, at)
        if changes or on_duty:
            reach("relay_written")
        await _done(stores, source.copied, source.all_anew, [one.id for one in changes], anew)
        await _done(stores, duties_there.copied, duties_there.all_anew, [one.id for one in on_duty], duties_anew)
        if changes or on_duty:
            reach("relay_marked")
        return len(changes) + len(on_duty)


async def _done(stores: Stores, copied: _Marking, all_anew: _Marking, changes: list[int], anew: list[int]) -> None:
    """Mark changes as copied, or have all of their kind copied anew."""
    if anew:
        await all_anew(stores.schedule, anew)
    elif changes:
        await copied(stores.schedule, changes)


def _as_duties(changes: Sequence[ChangedDuty], at: datetime) -> tuple[list[int], list[Duty]]:
    """The shifts that are no duty to come or under way, and the others as duties; each once, as it is now."""
    ended: dict[int, None] = {}
    standing: dict[int, Duty] = {}
    for one in changes:
        key, person, place, department = one.shift_id, one.practitioner_id, one.organization_id, one.department_id
        since, until = one.starts_at, one.ends_at
        if key is None:
            continue
        if person is None or place is None or department is None or since is None or until is None or until <= at:
            ended[key] = None
        else:
            standing[key] = Duty(key, person, place, department, since, until)
    return [*ended], [*standing.values()]


def _as_relations(changes: Sequence[ChangedBooking]) -> tuple[list[int], list[Relation]]:
    """The bookings that open nothing, and the relations that the others make; each booking once, as it is now."""
    ended: dict[int, None] = {}
    standing: dict[int, Relation] = {}
    for one in changes:
        key, patient, practitioner, place = one.booking_id, one.patient_id, one.practitioner_id, one.organization_id
        if key is None:
            continue
        since, until = one.made_at, one.ends_at
        if patient is None or practitioner is None or place is None or since is None or until is None:
            ended[key] = None
            continue
        until += RELATIONS.after_booking
        if one.cancelled_at is not None:
            until = min(until, one.cancelled_at)
        if until <= since:
            ended[key] = None
        else:
            standing[key] = Relation(key, patient, practitioner, place, since, until)
    return [*ended], [*standing.values()]
