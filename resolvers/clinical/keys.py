"""For each rule the column that it looks at, of records of patients: for readers and for acts."""

from typing import Final

from engine.rights import Keys
from resolvers.acts.keys import PATIENT

__all__ = ["NOTE", "NURSES_WORK", "NURSES_WORK_AT", "PATIENT", "RECORD"]

RECORD: Final[Keys] = {
    **{rule: column for rule, column in PATIENT.items() if rule != "desk"},
    "nursing": "nurses",
    "emergency_confirmed": "confirmed",
    "trusted": "trusted",
    "ward_trusted": "trusted_wards",
}
# Of a note, which somebody may co-sign.
NOTE: Final[Keys] = {**RECORD, "tutored": "tutors"}
# Of a record that is a nurse's work, before it is made: whoever cares for the patient may make it.
NURSES_WORK: Final[Keys] = {**PATIENT, "nursing": "carers"}
NURSES_WORK_AT: Final[Keys] = {**RECORD, "nursing": "carers"}
