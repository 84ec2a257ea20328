"""The kinds of rows about patients as the graph reads them: each with the keys that tell who may read it."""

from typing import Any, Final

from sqlalchemy import FromClause

from sources.clinical.access import (
    ALWAYS,
    NEVER,
    Keys,
    Labels,
    keys_of_inquiry,
    keys_of_opening,
    keys_of_patient,
    keys_of_record,
    keys_of_session,
    under,
)
from sources.clinical.condition import CONDITION
from sources.clinical.consent import CONSENT, consent
from sources.clinical.episode import ENCOUNTER, EPISODE
from sources.clinical.history import HISTORY
from sources.clinical.inquiry import INQUIRY, inquiry
from sources.clinical.note import NOTE, note
from sources.clinical.observation import IMAGING_STUDY, LABORATORY_RESULT, OBSERVATION
from sources.clinical.opening import Sealed
from sources.clinical.orders.directed import keys_of_directed, keys_of_order
from sources.clinical.orders.order import ORDER, PROTOCOL
from sources.clinical.patient import PATIENT as _PATIENT
from sources.clinical.patient import REPRESENTATIVE as _REPRESENTATIVE
from sources.clinical.patient import patient, representative
from sources.clinical.prescriptions.prescription import PRESCRIPTION
from sources.clinical.procedures.procedure import PROCEDURE, procedure
from sources.clinical.reading import Kind
from sources.clinical.referrals.keys import keys_of_referral
from sources.clinical.referrals.table import REFERRAL, referral
from sources.clinical.relation import EMERGENCY_OPENING, emergency_opening
from sources.clinical.telemedicine.session import TELECONSULTATION, teleconsultation
from sources.postgres.statement import Entity

PATIENT: Final = under(under(_PATIENT, keys_of_patient(patient, patient.c.id)), keys_of_directed(patient, patient.c.id))
REPRESENTATIVE: Final = under(_REPRESENTATIVE, keys_of_patient(representative, representative.c.patient_id))
OPENING: Final = under(EMERGENCY_OPENING, keys_of_opening(emergency_opening))
CONSENT_GIVEN: Final = under(CONSENT, keys_of_patient(consent, consent.c.patient_id))
SESSION: Final = under(TELECONSULTATION, keys_of_session(teleconsultation))
INQUIRY_MADE: Final = under(INQUIRY, keys_of_inquiry(inquiry))


class Records:
    """The kinds of records under what labels ask for."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self.episode: Kind = self._shown(EPISODE)
        self.encounter: Kind = self._shown(ENCOUNTER)
        self.condition: Kind = self._shown(CONDITION)
        self.observation: Kind = self._shown(OBSERVATION)
        self.result: Kind = self._shown(LABORATORY_RESULT)
        self.imaging: Kind = self._shown(IMAGING_STUDY)
        # Whoever cares for the patient sees what was ordered for him, nurses too.
        self.order: Kind = under(self._shown(ORDER, nursing=ALWAYS), keys_of_order())
        self.protocol: Kind = self._shown(PROTOCOL, nursing=ALWAYS)
        # Of what else stands in a history, a nurse reads what was measured, which is no history to the policy.
        self.note: Kind = self._shown(NOTE, nursing=note.c.kind == "NURSING", cosigned=True)
        # What was done is a nurse's work too: the policy says for whom she may read it.
        self.procedure: Kind = self._shown(PROCEDURE)
        self.counted: Keys = keys_of_record(procedure, labels)
        # What was prescribed, a nurse reads as far as she cares for the patient: it is no history to the policy.
        self.prescription: Kind = self._shown(PRESCRIPTION, cosigned=True)
        self.referral: Kind = under(REFERRAL, keys_of_referral(referral, labels))
        self.history: Entity = under(HISTORY, keys_of_record(HISTORY.table, labels, nursing=HISTORY.table.c.nursing))

    def _shown(self, kind: Kind, *, nursing: Any = NEVER, cosigned: bool = False) -> Kind:
        table: FromClause = kind.entity.table if isinstance(kind, Sealed) else kind.table
        return under(kind, keys_of_record(table, self._labels, nursing=nursing, cosigned=cosigned))
