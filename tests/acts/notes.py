"""Notes as the tests of acts write and read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.identity import demo
from tests.acts.clinic import Clinic

NOTE = (
    "note { id version state kind text at sha256 signedAt confidentiality specialKind author { id } cosigner { id } "
    "signer { id } accreditation { id } workplace { id } corrects { id } encounter { id } episode { id } }"
)
READ = f"""query($id: ID!) {{ node(id: $id) {{ ... on ClinicalNote {{
  {NOTE[7:-2]} versions {{ version state text }} }} }} }}"""
# Of the therapist: one in her care, one for whom she cared.
MINE, PAST = 1, 3
OF_THE_NURSE, OF_THE_INTERN = 8, 10
TEXT = "Жалоб нет, состояние удовлетворительное."
RECORD = "SELECT id, version FROM accreditation WHERE practitioner_id = $1 AND kind = 'PERMANENT' AND state = 'ACTIVE'"
OPEN = "SELECT * FROM episode WHERE patient_id = $1 AND ends_at IS NULL ORDER BY at DESC LIMIT 1"


async def added(clinic: Clinic, persona: str = "therapist", patient: int = MINE, **given: Any) -> dict[str, Any]:
    """A note at the last encounter of a patient."""
    wanted = {"encounterId": await clinic.encounter(patient), "kind": "EXAMINATION", "text": TEXT, **given}
    payload = await clinic.act(persona, "addNote", NOTE, **wanted)
    assert payload["problems"] == []
    made: dict[str, Any] = payload["note"]
    return made


async def done(clinic: Clinic, persona: str, name: str, note: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A note after an act on it, as it was read."""
    payload = await clinic.act(persona, name, NOTE, id=note["id"], expectedVersion=note["version"], **given)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["note"]
    return made


async def read(clinic: Clinic, persona: str, note: dict[str, Any]) -> Any:
    """A note as somebody reads it, or nothing."""
    answer = await clinic.office.ask(persona, READ, {"id": note["id"]})
    return answer.data["node"]


async def reason(clinic: Clinic, persona: str, name: str, **given: Any) -> str:
    """Why an act is refused as a whole."""
    answer = await clinic.try_to(persona, name, NOTE, **given)
    assert answer.data == {name: None}, answer.body
    (error,) = answer.errors
    assert error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    found: str = error["extensions"]["reason"]
    return found


def shown(clinic: Clinic, persona: str, ago: timedelta) -> str:
    """A token of one of the cast whose second factor was shown so long ago."""
    data = clinic.office.application.settings.data
    return demo.token(data, persona, timedelta(hours=20), datetime.now(UTC) - ago)
