"""The clinical side of the office: what acts on patients may change, kept and put back."""

from dataclasses import dataclass
from typing import Any

from tests.acts.office import LEFT, Office
from tests.answer import Answer

# Each after those that it points at.
CHARTED = (
    "episode", "encounter", "encounter_document", "condition", "service_order", "observation", "laboratory_result",
    "imaging_study", "order_protocol", "order_administration", "note", "note_version", "note_signature", "consent",
    "allowed_reader", "care_relation", "emergency_opening", "emergency_attempt", "record_error", "procedure",
    "procedure_message", "procedure_report", "prescription", "prescription_signature", "prescription_dispensing",
    "referral", "referral_signature", "teleconsultation",
)  # fmt: skip
STORE = "clinical"
ENCOUNTER = "SELECT 'enc_' || id AS id FROM encounter WHERE patient_id = $1 ORDER BY at DESC, id DESC LIMIT 1"


@dataclass
class Clinic:
    """The office as those who care for patients use it."""

    office: Office

    async def keep(self) -> None:
        """Keep the rows as the world has them; they are kept once."""
        for name in CHARTED:
            await self.rows(f"CREATE TABLE IF NOT EXISTS saved_{name} AS TABLE {name}")

    async def restore(self) -> None:
        """Put them back; word of it goes to nobody."""
        async with self.office.application.stores.clinical.connection() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(f"TRUNCATE {', '.join((*CHARTED, *LEFT, 'copy_horizon'))}")
            for name in CHARTED:
                await connection.execute(f"INSERT INTO {name} SELECT * FROM saved_{name}")  # noqa: S608 - ours

    async def rows(self, text: str, *args: object) -> list[dict[str, Any]]:
        """The rows of one statement of the clinical store."""
        return await self.office.rows(text, *args, store=STORE)

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All that acts on patients can change."""
        texts = {name: f"SELECT * FROM {name} ORDER BY 1" for name in (*CHARTED, *LEFT)}  # noqa: S608 - ours
        return {name: await self.rows(text) for name, text in texts.items()}

    async def encounter(self, patient: int) -> str:
        """The last encounter of a patient."""
        found: str = (await self.rows(ENCOUNTER, patient))[0]["id"]
        return found

    async def act(self, persona: str, name: str, selection: str, **given: Any) -> dict[str, Any]:
        """Do one act; the payload, which has to be there, without an error."""
        return await self.office.act(persona, name, selection, **given)

    async def try_to(self, persona: str, name: str, selection: str, **given: Any) -> Answer:
        """Do one act, whatever comes of it."""
        return await self.office.try_to(persona, name, selection, **given)


def told(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """The problems of a payload: code and path."""
    return [(one["code"], ".".join(one["path"])) for one in payload["problems"]]
