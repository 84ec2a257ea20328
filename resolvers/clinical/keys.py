"""For each rule the column that it looks at, of patients and their records: for readers and for acts."""

from typing import Final

from engine.rights import Keys

# What is said of a patient as a whole. Whether a nurse's work, or what is special, may be read, the records tell.
PATIENT: Final[Keys] = {
    "cares": "carers",
    "supervised": "carers",
    "ward": "wards",
    "emergency": "openers",
    "patient": "accounts",
    "desk": "organization_id",
    "inquiry": None,
}
RECORD: Final[Keys] = {
    **{rule: column for rule, column in PATIENT.items() if rule != "desk"},
    "nursing": "nurses",
    "emergency_confirmed": "confirmed",
    "trusted": "trusted",
    "ward_trusted": "trusted_wards",
}
# Where a record is to be made that is a nurse's work: whoever cares for the patient may make it.
NURSES_WORK: Final[Keys] = {**PATIENT, "nursing": "carers"}
NURSES_WORK_AT: Final[Keys] = {**RECORD, "nursing": "carers"}
