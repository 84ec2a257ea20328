"""The kinds of rows about patients as the graph reads them: each with the keys that tell who may read it."""

from typing import Any, Final

from sqlalchemy import BigInteger, FromClause, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.access import (
    NEVER,
    Keys,
    Labels,
    keys_of_inquiry,
    keys_of_opening,
    keys_of_patient,
    keys_of_record,
    under,
)
from sources.clinical.condition import CONDITION
from sources.clinical.consent import CONSENT, consent
from sources.clinical.episode import ENCOUNTER, EPISODE, encounter, encounter_document
from sources.clinical.history import HISTORY
from sources.clinical.inquiry import INQUIRY, inquiry
from sources.clinical.note import NOTE, note
from sources.clinical.observation import IMAGING_STUDY, LABORATORY_RESULT, OBSERVATION
from sources.clinical.opening import Sealed
from sources.clinical.patient import PATIENT as _PATIENT
from sources.clinical.patient import REPRESENTATIVE as _REPRESENTATIVE
from sources.clinical.patient import patient, representative
from sources.clinical.reading import Kind
from sources.clinical.relation import EMERGENCY_OPENING, emergency_opening
from sources.postgres.statement import Entity

PATIENT: Final = under(_PATIENT, keys_of_patient(patient, patient.c.id))
REPRESENTATIVE: Final = under(_REPRESENTATIVE, keys_of_patient(representative, representative.c.patient_id))
OPENING: Final = under(EMERGENCY_OPENING, keys_of_opening(emergency_opening))
CONSENT_GIVEN: Final = under(CONSENT, keys_of_patient(consent, consent.c.patient_id))
INQUIRY_MADE: Final = under(INQUIRY, keys_of_inquiry(inquiry))


class Records:
    """The kinds of records under what labels ask for."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self.episode: Kind = self._shown(EPISODE)
        self.encounter: Kind = under(self._shown(ENCOUNTER), Keys({"document_ids": _documents()}, {}))
        self.condition: Kind = self._shown(CONDITION)
        self.observation: Kind = self._shown(OBSERVATION)
        self.result: Kind = self._shown(LABORATORY_RESULT)
        self.imaging: Kind = self._shown(IMAGING_STUDY)
        # Of what else stands in a history, a nurse reads what was measured, which is no history to the policy.
        self.note: Kind = self._shown(NOTE, nursing=note.c.kind == "NURSING", cosigned=True)
        self.history: Entity = under(HISTORY, keys_of_record(HISTORY.table, labels, nursing=HISTORY.table.c.nursing))

    def _shown(self, kind: Kind, *, nursing: Any = NEVER, cosigned: bool = False) -> Kind:
        table: FromClause = kind.entity.table if isinstance(kind, Sealed) else kind.table
        return under(kind, keys_of_record(table, self._labels, nursing=nursing, cosigned=cosigned))


def _documents() -> Any:
    """The documents that belong to an encounter."""
    document = encounter_document.c.document_id
    found = select(document).where(encounter_document.c.encounter_id == encounter.c.id).order_by(document)
    return func.array(found.correlate(encounter).scalar_subquery(), type_=ARRAY(BigInteger))
