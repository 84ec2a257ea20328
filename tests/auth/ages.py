"""How old a second factor may be for each permission and each act, as the product promises it."""

from collections.abc import Iterator

# Permission → how many minutes old a second factor may be for what concerns others, by rule where that differs.
READING = """
practitioner:identity:read      15
practitioner:identity:masked    -
practitioner:contact:read       -
practitioner:employment:read    -
practitioner:education:read     -
accreditation:record:read       -
accreditation:decision:read     -
application:queue:read          -
application:file:read           -
application:contact:read        -
application:review:read         -
application:comment:read        -
audit:event:read                -
document:catalogue:read         -
document:clinical:read          15
document:number:read            15
document:package:read           -
document:request:read           -
notification:message:read       -
schedule:shift:read             -
schedule:slot:read              -
schedule:booking:read           -
clinical:card:masked            -    inquiry=15
clinical:card:read              -    inquiry=15
clinical:contact:read           -    inquiry=15
clinical:history:masked         720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:history:read           720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:procedure:read         720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
report:procedure:read           -    inquiry=15
clinical:result:masked          720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:result:read            720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:order:masked           720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:order:read             720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:prescription:masked    720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:prescription:read      720  inquiry=15 trusted=15 ward_trusted=15 emergency_confirmed=15
clinical:special:read           15
clinical:emergency:read         720  here=15
clinical:teleconsultation:read  720
accreditation:attestation:read  -
organization:service:read       -
organization:telemedicine:read  -
clinical:inquiry:read           -
clinical:referral:masked        -    inquiry=15 trusted=15 ward_trusted=15
clinical:referral:card          -    inquiry=15 trusted=15 ward_trusted=15
clinical:referral:read          720  inquiry=15 trusted=15 ward_trusted=15
registry:request:read           -
registry:request:values         15
organization:link:read          -
access:grant:read               -
access:patients:grant           15   own=15
appointment:record:read         -
service:status:read             -
support:lock:read               -
support:match:read              -
support:ticket:read             -
analytics:report:read           -
"""
# Act → the same.
DOING = """
suspendAccreditation        15
reinstateAccreditation      15
revokeAccreditation         15
requestRecheck              -
addAttestation              15
renewAttestation            15
endAttestation              15
configureExternalService    15
disableExternalService      15
approveApplication          15
rejectApplication           15
claimApplication            -
releaseApplication          -
requestClarification        -
advanceApplication          -
commentApplication          -
createApplication           -
updateApplication           -
discardApplication          -
validateApplication         -
submitApplication           -
withdrawApplication         -
answerClarification         -
resubmitApplication         -
renewAccreditation          -
confirmAccessTerms          -
withdrawAccessTerms         -
markMessagesRead            -
changeNotificationSettings  -
signOut                     -
signOutEverywhere           -
endSession                  -
forgetDevice                -
signNote                    15
cosignNote                  15
issuePatientCertificate     15
addNote                     -    trusted=15 ward_trusted=15
updateNote                  -    trusted=15 ward_trusted=15
correctNote                 -    trusted=15 ward_trusted=15
discardNote                 -    trusted=15 ward_trusted=15
recordCondition             -    trusted=15 ward_trusted=15
recordObservation           -
recordLaboratoryResult      -
orderService                -    trusted=15 ward_trusted=15
cancelOrder                 -    trusted=15 ward_trusted=15
acknowledgeResult           -    trusted=15 ward_trusted=15
recordResult                15
signResult                  15
recordProcedure             -    trusted=15 ward_trusted=15
recordAdministration        -    trusted=15 ward_trusted=15
submitProcedureReport       15   own=15
acknowledgeProcedureReport  -
openEpisode                 -
closeEpisode                -
recordEncounter             -
openEmergencyAccess         15
confirmEmergencyAccess      15
reviewEmergencyAccess       15
closeEmergencyAccess        -
draftReferral               -    trusted=15 ward_trusted=15
discardReferral             -    trusted=15 ward_trusted=15
issueReferral               15
annulReferral               -    ward_trusted=15
acceptReferral              -
declineReferral             -
answerReferral              -
openInquiry                 15
closeInquiry                -
giveConsent                 -
withdrawConsent             -
restrictRecord              -
askConsultation             -
endConsultation             -
draftPrescription           -    trusted=15 ward_trusted=15
updatePrescription          -    trusted=15 ward_trusted=15
discardPrescription         -    trusted=15 ward_trusted=15
signPrescription            15
cosignPrescription          15
annulPrescription           15
recordDispensing            -
requestTeleconsultation     -
withdrawTeleconsultation    -
startTeleconsultation       720
finishTeleconsultation      720
cancelTeleconsultation      720
registerPatient             -
bookAppointment             -
cancelAppointment           -
registerPractitioner        -
requestRegistryCorrection   -
decideRegistration          15
decideRegistryCorrection    15
linkOrganization            -
withdrawOrganizationLink    -
decideOrganizationLink      15
updateContacts              -
requestContactCode          -
confirmContact              -
grantAccess                 -
revokeAccess                -
requestAccessConfirmation   -
confirmAccess               15
refuseAccess                15
emergencyGrant              15
reviewEmergencyGrant        15
markEnteredInError          -    trusted=15 ward_trusted=15
proposeAppointment          15
confirmAppointment          15
endAppointment              15
proposeUnlock               15
confirmUnlock               15
supportTicket               -
answerTicket                -
closeTicket                 -
saveReportTemplate          -
deleteReportTemplate        -
publishSlots                -
withdrawSlots               -
exportAudit                 15
requestDownload             15
requestUpload               -
completeUpload              -
inspectDocument             -
signDocument                15
issueQualificationCertificate -
sendDocument                15   own=15
resendPackage               15   own=15
requestInformation          15   addressee=15
withdrawInformationRequest  15   addressee=15
"""


def rows(text: str) -> Iterator[tuple[str, int | None, dict[str, int]]]:
    """Name, minutes, and those of single rules."""
    for line in text.strip().splitlines():
        name, minutes, *by = line.split()
        apart = {rule: int(age) for rule, _, age in (one.partition("=") for one in by)}
        yield name, None if minutes == "-" else int(minutes), apart


ACTS = {f"Mutation.{name}": (minutes, by) for name, minutes, by in rows(DOING)}
READS = {name: (minutes, by) for name, minutes, by in rows(READING)}
