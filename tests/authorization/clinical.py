"""Who may read and write what is clinical, stated a second time, with its objects and fields."""

from collections.abc import Mapping

# What is clinical, at the workplace alone. "~" after a rule: only with a second factor of at most 12 hours.
CLINICAL = """
permission                  | DOC                        | TMP         | NUR      | SUP           | HED      | INS     | REG     | PAT     | MIS    | DSK | AUD
clinical:card:read          | cares emergency            | supervised  | cares    | ward          | inquiry! |         | inquiry!| patient | behalf | desk
clinical:card:masked        | cares emergency            | supervised  | cares    | ward          | inquiry! | inquiry!| inquiry!| patient | behalf | desk
clinical:card:write         |                            |             |          |               |          |         |         |         | org    | desk
clinical:contact:read       | cares                      | supervised  | cares    | ward          |          |         | inquiry!| patient | behalf | desk
clinical:history:read       | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | nursing~ | ward~ ward_trusted! | inquiry! |         | inquiry!| patient | behalf |
clinical:history:masked     | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | nursing~ | ward~ ward_trusted! | inquiry! | inquiry!| inquiry!| patient | behalf |
clinical:result:read        | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! |         | inquiry!| patient | behalf |
clinical:result:masked      | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! | inquiry!| inquiry!| patient | behalf |
clinical:special:read       | trusted! emergency_confirmed! |          |          | ward_trusted! |          |         | inquiry!| patient | behalf |
clinical:note:write         | cares trusted!             | supervised  | nursing  | ward ward_trusted! |          |         |         |         | behalf |
clinical:note:sign          | cares! trusted!            |             | nursing! | ward! ward_trusted! |          |         |         |         |        |
clinical:note:cosign        | tutored!                   |             |          | ward!         |          |         |         |         |        |
clinical:observation:write  | cares                      | supervised  | nursing  | ward          |          |         |         |         | behalf |
clinical:episode:write      | cares                      |             |          | ward          |          |         |         |         | behalf | desk
clinical:error:mark         | cares trusted!             | supervised  | nursing  | ward ward_trusted! |          |         |         |         | behalf |
clinical:emergency:open     | here!                      |             |          |               |          |         |         |         |        |
clinical:emergency:read     | opener here!               |             |          | ward~         | org~     |         |         | patient |        |
clinical:emergency:close    | opener                     |             |          |               |          |         |         |         |        |
clinical:emergency:confirm  | here!                      |             |          | ward!         |          |         |         |         |        |
clinical:emergency:review   |                            |             |          | ward!         | org!     |         |         |         |        |
clinical:inquiry:open       |                            |             |          |               | inquiry! | inquiry! | inquiry! |        |        |
clinical:inquiry:close      |                            |             |          |               | inquiry  | inquiry | inquiry |         |        |
clinical:inquiry:read       |                            |             |          |               | inquiry  | inquiry | inquiry | patient |        |     | all
clinical:consent:write      | cares                      |             |          |               |          |         |         | patient |        | desk
clinical:consultation:write | cares                      |             |          | ward          |          |         |         |         |        |
clinical:label:write        | cares                      |             |          | ward          |          |         |         |         |        |
schedule:booking:read       | cares                      | supervised  | cares    | ward          | org      |         |         | patient | org    | desk
schedule:booking:write      | cares                      |             |          |               |          |         |         | patient | org    | desk
"""  # noqa: E501 - a table
OBJECTS: Mapping[str, str] = {
    "Patient": "clinical:card:masked",
    "PatientConsent": "clinical:card:read",
    "EmergencyOpening": "clinical:emergency:read",
    "Inquiry": "clinical:inquiry:read",
    **dict.fromkeys(
        ("EpisodeOfCare", "Encounter", "Condition", "ImagingStudy", "ClinicalNote", "HistoryEntry"),
        "clinical:history:masked",
    ),
    **dict.fromkeys(("Observation", "LaboratoryResult"), "clinical:result:masked"),
}
FIELDS: Mapping[str, str] = {
    "clinical:card:write": "Mutation.registerPatient",
    "clinical:card:masked": "Patient.birthYear Query.patients",
    "clinical:card:read": (
        "Patient.familyName Patient.givenName Patient.patronymic Patient.fullName Patient.birthOn "
        "Patient.insuranceNumberMasked Patient.organization Patient.representatives Patient.consents"
    ),
    "clinical:contact:read": (
        "Patient.insuranceNumber Patient.phone Patient.email Patient.address Representative.phone"
    ),
    "clinical:history:masked": (
        "Patient.history Patient.episodes Patient.encounters Patient.conditions Patient.imaging Patient.notes "
        "EpisodeOfCare.encounters EpisodeOfCare.notes Encounter.conditions Encounter.imaging Encounter.notes "
        "Practitioner.encounters Shift.encounters Booking.encounters Viewer.notesToCosign "
        "Subscription.patientChanged"
    ),
    "clinical:history:read": (
        "Condition.wording ImagingStudy.link ImagingStudy.conclusion ClinicalNote.text ClinicalNote.sha256 "
        "ClinicalNote.signable ClinicalNote.signature "
        "ClinicalNote.versions Condition.enteredInError ClinicalNote.enteredInError Encounter.enteredInError"
    ),
    "clinical:episode:write": "Mutation.openEpisode Mutation.closeEpisode Mutation.recordEncounter",
    "clinical:observation:write": "Mutation.recordObservation Mutation.recordLaboratoryResult",
    "clinical:note:write": (
        "Mutation.recordCondition Mutation.addNote Mutation.updateNote Mutation.discardNote Mutation.correctNote"
    ),
    "clinical:note:sign": "Mutation.signNote",
    "clinical:note:cosign": "Mutation.cosignNote",
    "clinical:result:masked": ("Patient.observations Patient.results Encounter.observations Encounter.results"),
    "clinical:result:read": (
        "Observation.value Observation.words Observation.flag "
        "LaboratoryResult.value LaboratoryResult.words LaboratoryResult.flag "
        "Observation.enteredInError LaboratoryResult.enteredInError"
    ),
    "clinical:emergency:read": "Patient.emergencyOpenings Query.emergencyOpenings",
    "clinical:consent:write": "Mutation.giveConsent Mutation.withdrawConsent",
    "clinical:label:write": "Mutation.restrictRecord",
    "clinical:consultation:write": "Mutation.askConsultation Mutation.endConsultation",
    "clinical:error:mark": "Mutation.markEnteredInError",
    "clinical:emergency:open": "Mutation.openEmergencyAccess",
    "clinical:emergency:confirm": "Mutation.confirmEmergencyAccess",
    "clinical:emergency:close": "Mutation.closeEmergencyAccess",
    "clinical:emergency:review": "Mutation.reviewEmergencyAccess",
    "clinical:inquiry:read": "Query.inquiries Patient.inquiries",
    "clinical:inquiry:open": "Mutation.openInquiry",
    "clinical:inquiry:close": "Mutation.closeInquiry",
}
