"""The relay of what acts left in the journal itself, with messages of appointments."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from auth.role import RoleName
from gateway.jobs.addressees import accounts_known, holding, leaders_of, officers
from gateway.jobs.delivery import OwnDelivery, of_kind
from resolvers.rules import appointing
from resolvers.telling.appointments import told
from resolvers.telling.letters import Person, Told
from sources.delivery.relaying import WaitingEvent
from sources.journal import AppointmentRecord
from sources.journal.appointments import of_events

EVENT: Final = "APPOINTMENT_CHANGED"
PROPOSED: Final = "PROPOSED"


class JournalRelay(OwnDelivery):
    """Moves what waits in the journal, with the messages that appointments make."""

    async def concerned(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> Mapping[object, Sequence[Told]]:
        """Those of an appointment."""
        steps, at = of_kind(waiting, said, EVENT), datetime.now(UTC)
        rows = await of_events(connection, [one["appointmentId"] for one in steps.values()]) if steps else {}
        accounts = {one for row in rows.values() for one in (row.subject, row.proposed_by) if one is not None}
        people = await accounts_known(self._stores, accounts)
        return {
            key: [
                *told(one["step"], row, people, await self._confirming(row, at) if one["step"] == PROPOSED else (), at)
            ]
            for key, one in steps.items()
            if (row := rows.get(one["appointmentId"])) is not None
        }

    async def _confirming(self, row: AppointmentRecord, at: datetime) -> list[Person]:
        """Who may confirm a proposal, whoever proposed it."""
        rules, place = appointing(at).functions.get(row.function), row.organization_id
        if rules is None:
            return []
        found: list[Person] = []
        if RoleName.HED in rules.confirm and place is not None:
            leaders = await leaders_of(self._stores, [place], at, self._reach)
            found += holding(leaders.get(place, ()), RoleName.HED, place)
        if RoleName.ADM in rules.confirm:
            accounts = await officers(self._stores, RoleName.ADM, at, self._reach)
            found += (await accounts_known(self._stores, accounts)).values()
        return found
