"""Who may read and write what is clinical, stated a second time, with its objects and fields."""

from collections.abc import Mapping

# What is clinical, at the workplace alone. "~" after a rule: only with a second factor of at most 12 hours.
CLINICAL = """
permission                  | DOC                        | TMP         | NUR      | SUP           | HED      | INS     | REG     | PAT     | MIS    | DSK | AUD | SPC
clinical:card:read          | cares emergency            | supervised  | cares    | ward          | inquiry! |         | inquiry!| patient | behalf | desk
clinical:card:masked        | cares emergency            | supervised  | cares    | ward          | inquiry! | inquiry!| inquiry!| patient | behalf | desk| | directed
clinical:card:write         |                            |             |          |               |          |         |         |         | org    | desk
clinical:contact:read       | cares                      | supervised  | cares    | ward          |          |         | inquiry!| patient | behalf | desk
clinical:history:read       | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | nursing~ | ward~ ward_trusted! | inquiry! |         | inquiry!| patient | behalf |
clinical:history:masked     | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | nursing~ | ward~ ward_trusted! | inquiry! | inquiry!| inquiry!| patient | behalf |
clinical:result:read        | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! |         | inquiry!| patient | behalf || | directed~
clinical:result:masked      | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! | inquiry!| inquiry!| patient | behalf || | directed~
clinical:order:read         | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! |         | inquiry!| patient | behalf || | directed~
clinical:order:masked       | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! | inquiry! | inquiry!| inquiry!| patient | behalf || | directed~
clinical:order:write        | cares trusted!             |             |          | ward ward_trusted! |          |         |         |         | behalf |
clinical:protocol:write     | cares! trusted!            |             |          |               |          |         |         |         | behalf |  | | directed!
clinical:protocol:sign      | cares! trusted!            |             |          |               |          |         |         |         |        |  | | directed!
clinical:special:read       | trusted! emergency_confirmed! |          |          | ward_trusted! |          |         | inquiry!| patient | behalf |
clinical:note:write         | cares trusted!             | supervised  | nursing  | ward ward_trusted! |          |         |         |         | behalf |
clinical:note:sign          | cares! trusted!            |             | nursing! | ward! ward_trusted! |          |         |         |         |        |
clinical:note:cosign        | tutored!                   |             |          | ward!         |          |         |         |         |        |
clinical:prescription:draft | cares trusted!             | supervised  |          | ward ward_trusted! |          |         |         |         | behalf |
clinical:prescription:sign  | cares! trusted! tutored!   |             |          | ward! ward_trusted! |          |         |         |         |        |
clinical:prescription:annul | cares! trusted!            |             |          | ward! ward_trusted! |          |         |         |         |        |
clinical:prescription:read  | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! |          |         | inquiry!| patient | behalf |
clinical:prescription:masked | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~   | ward~ ward_trusted! |          | inquiry!| inquiry!| patient | behalf |
clinical:prescription:dispense |                         |             |          |               |          |         |         |         | org    |
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
clinical:referral:masked    | cares trusted! here party  | supervised  | cares    | ward ward_trusted! |     | inquiry!| inquiry!| patient | behalf | desk
clinical:referral:card      | cares trusted! here party  | supervised  | cares    | ward ward_trusted! |     |         | inquiry!| patient | behalf | desk
clinical:referral:read      | cares~ trusted! here~ party~ | supervised~ | cares~ | ward~ ward_trusted! | |         | inquiry!| patient | behalf |
clinical:referral:draft     | cares trusted!             | supervised  |          | ward ward_trusted! |     |         |         |         | behalf |
clinical:referral:sign      | cares! trusted!            |             |          | ward! ward_trusted! |    |         |         |         |        |
clinical:referral:accept    | here party                 |             |          |               |          |         |         |         | behalf | desk
clinical:referral:answer    | party                      |             |          |               |          |         |         |         | behalf |
clinical:referral:annul     | party                      |             |          | ward ward_trusted! |     |         |         |         | behalf |
schedule:booking:read       | cares                      | supervised  | cares    | ward          | org      |         |         | patient | org    | desk
schedule:booking:write      | cares                      |             |          |               |          |         |         | patient | org    | desk
"""  # noqa: E501 - a table
# What takes an accreditation for telemedicine: of nurses too, of whom none asks or is asked.
TELEMEDICINE = """
permission                       | REM                     | SUP  | PAT     | MIS
clinical:teleconsultation:read   | cares~ asked~ here~     | org~ | patient | behalf
clinical:teleconsultation:conduct | conducts~ asked~ here~ |      |         | behalf
clinical:teleconsultation:request |                        |      | patient |
"""
OBJECTS: Mapping[str, str] = {
    "Teleconsultation": "clinical:teleconsultation:read",
    "Patient": "clinical:card:masked",
    "PatientConsent": "clinical:card:read",
    "EmergencyOpening": "clinical:emergency:read",
    "Inquiry": "clinical:inquiry:read",
    "Referral": "clinical:referral:masked",
    **dict.fromkeys(
        ("EpisodeOfCare", "Encounter", "Condition", "ImagingStudy", "ClinicalNote", "HistoryEntry"),
        "clinical:history:masked",
    ),
    **dict.fromkeys(("Observation", "LaboratoryResult"), "clinical:result:masked"),
    "ClinicalDocument": "clinical:history:read",
    "Prescription": "clinical:prescription:masked",
    "Order": "clinical:order:masked",
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
        "ClinicalNote.versions Condition.enteredInError ClinicalNote.enteredInError Encounter.enteredInError "
        "Patient.documents EpisodeOfCare.documents Encounter.documents ClinicalNote.documents Procedure.note"
    ),
    "clinical:episode:write": "Mutation.openEpisode Mutation.closeEpisode Mutation.recordEncounter",
    "clinical:observation:write": "Mutation.recordObservation Mutation.recordLaboratoryResult",
    "clinical:note:write": (
        "Mutation.recordCondition Mutation.addNote Mutation.updateNote Mutation.discardNote Mutation.correctNote"
    ),
    "clinical:note:sign": "Mutation.signNote Mutation.issuePatientCertificate",
    "clinical:note:cosign": "Mutation.cosignNote",
    "clinical:result:masked": (
        "Patient.observations Patient.results Encounter.observations Encounter.results Order.results Order.observations"
    ),
    "clinical:order:masked": ("Patient.orders Encounter.orders Query.orders Order.protocol Subscription.orderChanged"),
    "clinical:order:read": (
        "Order.text Order.reason Order.enteredInError Order.medicine Order.administrations "
        "OrderProtocol.significance OrderProtocol.conclusion"
    ),
    "clinical:order:write": "Mutation.orderService Mutation.cancelOrder Mutation.acknowledgeResult",
    "clinical:protocol:write": "Mutation.recordResult",
    "clinical:protocol:sign": "Mutation.signResult",
    "clinical:prescription:draft": (
        "Mutation.draftPrescription Mutation.updatePrescription Mutation.discardPrescription"
    ),
    "clinical:prescription:sign": "Mutation.signPrescription Mutation.cosignPrescription",
    "clinical:prescription:annul": "Mutation.annulPrescription",
    "clinical:prescription:dispense": "Mutation.recordDispensing",
    "clinical:prescription:masked": (
        "Patient.prescriptions Encounter.prescriptions Practitioner.prescriptions Subscription.prescriptionChanged"
    ),
    "clinical:prescription:read": (
        "Prescription.items Prescription.reasonCode Prescription.reasonName Prescription.overDose "
        "Prescription.funding Prescription.benefitCode Prescription.percent Prescription.series Prescription.number "
        "Prescription.sha256 Prescription.signable Prescription.signatures Prescription.checks "
        "Prescription.dispensings Prescription.annulmentReason"
    ),
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
    "clinical:referral:masked": "Query.referrals Patient.referrals Order.referrals Subscription.referralReceived",
    "clinical:referral:card": "Referral.patientName Referral.patientBirthOn Referral.patientInsuranceNumber",
    "clinical:referral:read": (
        "Referral.code Referral.diagnosis Referral.reason Referral.signable Referral.signature Referral.closingReason "
        "Referral.answer"
    ),
    "clinical:referral:draft": "Mutation.draftReferral Mutation.discardReferral",
    "clinical:referral:sign": "Mutation.issueReferral",
    "clinical:referral:accept": "Mutation.acceptReferral Mutation.declineReferral",
    "clinical:referral:answer": "Mutation.answerReferral",
    "clinical:referral:annul": "Mutation.annulReferral",
    "clinical:teleconsultation:read": (
        "Query.teleconsultations Patient.teleconsultations Subscription.teleconsultationChanged"
    ),
    "clinical:teleconsultation:conduct": (
        "Mutation.startTeleconsultation Mutation.finishTeleconsultation Mutation.cancelTeleconsultation"
    ),
    "clinical:teleconsultation:request": "Mutation.requestTeleconsultation Mutation.withdrawTeleconsultation",
    "clinical:inquiry:open": "Mutation.openInquiry",
    "clinical:inquiry:close": "Mutation.closeInquiry",
}
