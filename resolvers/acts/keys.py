"""For each rule the column that it looks at, of types that acts look at beside their readers."""

from engine.rights import Keys

APPLICATION: Keys = {
    "own": "practitioner_id",
    "org": "disclosed_organization_ids",
    "unit": "department_ids",
    "trainee": "practitioner_id",
    "file": "id",
    "case": "practitioner_id",
    "queue": "queue",
    "holder": "holder_organization_id",
    "submitted": "submitted",
    "enclosed": None,
}
# What is said of a patient as a whole. Whether a nurse's work, or what is special, may be read, the records tell.
PATIENT: Keys = {
    "cares": "carers",
    "supervised": "carers",
    "ward": "wards",
    "emergency": "openers",
    "patient": "accounts",
    "desk": "organization_id",
    "inquiry": "inquirers",
    "granted": "granted",
}
# What is said of one record of his.
RECORD: Keys = {
    **{rule: column for rule, column in PATIENT.items() if rule != "desk"},
    "nursing": "nurses",
    "emergency_confirmed": "confirmed",
    "trusted": "trusted",
    "ward_trusted": "trusted_wards",
}
SLOT: Keys = {"published": "published", "org": "organization_id", "unit": "department_id"}
BOOKING: Keys = {
    "cares": "carers",
    "supervised": "carers",
    "ward": "department_id",
    "org": "organization_id",
    "desk": "organization_id",
    "patient": "accounts",
    "granted": "granted",
}
ACCREDITATION: Keys = {
    "own": "practitioner_id",
    "org": "organization_ids",
    "unit": "department_ids",
    "trainee": "practitioner_id",
    "file": "application_id",
    "case": "practitioner_id",
    "institution": "kind",
    "holder": None,
    "queue": None,
}
REGISTRY_REQUEST: Keys = {"addressee": "subject", "org": "organization_id"}
ORGANIZATION_LINK: Keys = {"own": "practitioner_id", "org": "organization_id"}
SHIFT: Keys = {"org": "organization_id", "own": "practitioner_id", "unit": "department_id"}
DOCUMENT: Keys = {
    "behalf": None,
    "own": "practitioner_id",
    "holder": "holder_organization_id",
    "shared": "shared_organization_ids",
    "case": "practitioner_id",
    "enclosed": "id",
    "file": None,
    "plain": "plain",
}
# A document that is yet to be: nobody else's, nor of any case. What is done on behalf of somebody, his record tells.
UPLOAD: Keys = {
    "behalf": None,
    "own": "practitioner_id",
    "holder": "holder_organization_id",
    "shared": None,
    "case": None,
    "enclosed": None,
    "file": None,
    "plain": None,
}
