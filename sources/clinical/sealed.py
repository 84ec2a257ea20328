"""The kinds of rows some of whose columns are sealed, by their tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sources.clinical.condition import CONDITION
from sources.clinical.entered_in_error import RECORD_ERROR
from sources.clinical.note import NOTE
from sources.clinical.observation import IMAGING_STUDY, LABORATORY_RESULT, OBSERVATION
from sources.clinical.opening import Sealed
from sources.clinical.patient import PATIENT, REPRESENTATIVE
from sources.clinical.relation import EMERGENCY_OPENING

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
            NOTE,
            EMERGENCY_OPENING,
            RECORD_ERROR,
        )
    }
)
