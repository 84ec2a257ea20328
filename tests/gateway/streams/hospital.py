"""A hospital as those who work in it and their patients use it, over the doors of a served world of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from gateway.world.cast import MAIN_HOSPITAL
from sources.stores import Stores
from tests.acts.office import Office
from tests.acts.vacant import vacant
from tests.answer import Answer
from tests.gateway.streams.speaking import PATIENCE
from tests.served.running import Running

CHART = """query Chart($id: ID!) { patient(by: {id: $id}) {
  id fullName conditions(first: 5) { nodes { code } } notes(first: 20) { nodes { id state text } } } }"""
NOTE = "note { id version state text author { id } signer { id } accreditation { id } }"
RECORD = "accreditation { status version }"
UNKNOWN = """
SELECT p.id FROM patient p WHERE p.organization_id = $1 AND p.id > 40
    AND NOT EXISTS (SELECT FROM care_relation r WHERE r.patient_id = p.id) ORDER BY p.id LIMIT 1
"""
SLOT = """
INSERT INTO slot (id, practitioner_id, organization_id, starts_at, ends_at, published_at)
VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz + interval '15 minutes', $4::timestamptz - interval '1 day')
"""
MINE = """{ viewer { practitioner {
  applications(first: 2) { nodes { id version stage } } accreditations(status: ACTIVE) { id version } } } }"""
AUDIT = """query($filter: AuditFilter) { auditEvents(filter: $filter, first: 100) { nodes {
  object requestId emergency workplace reads { coordinates } } } }"""
COPIED = "SELECT 1 AS one FROM care_relation WHERE basis = 'BOOKING' AND basis_id = $1"


async def eventually(there: Callable[[], Awaitable[Any]]) -> Any:
    """What is there once it is there."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await there()):
            await asyncio.sleep(0.01)
    return found


async def answered(asked: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer; asked for again while it says so, for on a busy machine bookings may be copied late."""
    async with asyncio.timeout(PATIENCE):
        answer = await asked()
        while any(error["extensions"].get("retryable") for error in answer.errors):
            await asyncio.sleep(0.01)
            answer = await asked()
    return answer


@dataclass
class Hospital:
    """What is done there, and its stores for what other programs write."""

    live: Running
    stores: Stores
    office: Office

    async def rows(self, store: str, text: str, *args: object) -> list[dict[str, Any]]:
        return await self.office.rows(text, *args, store=store)

    async def done(self, persona: str, act: str, selection: str, **given: Any) -> Any:
        """What an act made, with nothing against it."""
        key = uuid4().hex
        answer = await answered(lambda: self.office.try_to(persona, act, selection, key=key, **given))
        assert answer.errors == [], answer.body
        payload = answer.data[act]
        assert payload["problems"] == [], payload
        return payload[selection.partition(" ")[0]]

    async def chart(self, persona: str, patient: str, **headers: str) -> Any:
        """The chart as it is answered to somebody, without an error."""
        answer = await answered(lambda: self.office.ask(persona, CHART, {"id": patient}, **headers))
        assert answer.errors == [], answer.body
        return answer.data["patient"]

    async def note(self, persona: str, act: str, note: Any, **given: Any) -> Any:
        return await self.done(persona, act, NOTE, id=note["id"], expectedVersion=note["version"], **given)

    async def booked(self, patient: str, practitioner: int) -> str:
        """A booking that the desk makes, once the clinical store knows of it."""
        key = int(patient.removeprefix("pat_"))
        at = await vacant(self.stores, [practitioner], [key], ahead=timedelta(hours=1))
        await self.stores.schedule.execute(SLOT, 9_400_000 + practitioner, practitioner, MAIN_HOSPITAL, at)
        slot = f"slot_{9_400_000 + practitioner}"
        made = await self.done("desk", "bookAppointment", "booking { id }", slotId=slot, patientId=patient)
        found: str = made["id"]
        await eventually(lambda: self.rows("clinical", COPIED, int(found.rpartition("_")[2])))
        return found

    async def approved(self, persona: str) -> Any:
        """The record that comes of the application that somebody has on its way."""
        answer = await self.office.ask(persona, MINE)
        (file,) = answer.data["viewer"]["practitioner"]["applications"]["nodes"]
        while file["stage"] != "APPROVAL":
            given = {"id": file["id"], "expectedVersion": file["version"]}
            file = await self.done("expert", "advanceApplication", "application { id version stage }", **given)
        given = {"id": file["id"], "expectedVersion": file["version"]}
        verdict = await self.done("expert", "approveApplication", "verdict { outcome }", **given)
        assert verdict == {"outcome": "ACCREDITED"}
        answer = await self.office.ask(persona, MINE)
        (record,) = answer.data["viewer"]["practitioner"]["accreditations"]
        return record

    async def looked(self, persona: str, patient: str) -> tuple[str, Any]:
        """A look into a chart: its request's id, and what was seen."""
        response = await self.live.send(persona, CHART, {"id": patient})
        return response.headers["x-request-id"], response.json()["data"]["patient"]

    async def audited(self, **wanted: Any) -> Any:
        """What the auditor finds in the journal."""
        answer = await self.office.ask("auditor", AUDIT, {"filter": wanted})
        assert answer.errors == [], answer.body
        return answer.data["auditEvents"]["nodes"]

    async def unknown(self, organization: int) -> int:
        """A patient of an organisation for whom nobody cares."""
        (row,) = await self.rows("clinical", UNKNOWN, organization)
        key: int = row["id"]
        return key

    async def record(self, act: str, record: Any) -> Any:
        """Suspend or reinstate a record of accreditation."""
        given = {"id": record["id"], "expectedVersion": record["version"], "reason": "Проверка жалобы"}
        return {"id": record["id"], **await self.done("regulator", act, RECORD, **given)}
