"""The kinds of rows some of whose columns are sealed, by their tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sources.clinical.condition import CONDITION
from sources.clinical.entered_in_error import RECORD_ERROR
from sources.clinical.note import NOTE
from sources.clinical.observation import IMAGING_STUDY, LABORATORY_RESULT, OBSERVATION
from sources.clinical.opening import Sealed
from sources.clinical.orders.order import ORDER, PROTOCOL
from sources.clinical.patient import PATIENT, REPRESENTATIVE
from sources.clinical.prescriptions.prescription import PRESCRIPTION, PRESCRIPTION_SIGNATURE
from sources.clinical.procedures.procedure import PROCEDURE
from sources.clinical.referrals.signature import REFERRAL_SIGNATURE
from sources.clinical.referrals.table import REFERRAL
from sources.clinical.relation import EMERGENCY_OPENING
from sources.clinical.telemedicine.session import TELECONSULTATION

SEALED: Final[Mapping[str, Sealed]] = MappingProxyType(
    {
        one.table: one
        for one in (
            PATIENT,
            REPRESENTATIVE,
            CONDITION,
            OBSERVATION,
            LABORATORY_RESULT,
            IMAGING_STUDY,
            PROCEDURE,
            NOTE,
            EMERGENCY_OPENING,
            RECORD_ERROR,
            ORDER,
            PROTOCOL,
            PRESCRIPTION,
            PRESCRIPTION_SIGNATURE,
            REFERRAL,
            REFERRAL_SIGNATURE,
            TELECONSULTATION,
        )
    }
)
