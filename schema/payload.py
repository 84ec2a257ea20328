"""What acts answer with: the object after the act, read anew under the rights of the reader, and problems."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from engine.declare import derived, edge, public, shows
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers.accreditation.oversight import AccreditationPayload as AccreditationResult
from resolvers.acts.problem import ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.application import ApplicationOutcome
from resolvers.application import payload as results
from schema.enums import enum

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.application import AccreditationApplication

enum(
    ProblemCode,
    "What keeps an act from being done (причина); the message says it in words.",
    FIELD_REQUIRED="A field is missing.",
    FIELD_FORMAT="A field is not of the expected form.",
    FIELD_TOO_LONG="A text is longer than its field takes; the message says how long it may be.",
    FIELD_FORBIDDEN_CHARACTER="A text has a control character, or one that turns the direction of writing.",
    UNKNOWN_SPECIALTY="The book of specialties has no such code.",
    SPECIALTY_NOT_SUPPORTED_BY_EDUCATION="The education in the register does not support the specialty.",
    DIRECTION_NOT_OF_SPECIALTY="The specialty does not open this direction.",
    TERM_OUT_OF_RANGE="The length is shorter or longer than the rules allow.",
    CONSENT_MISSING="A consent is missing, or is to another version of the text.",
    DOCUMENT_MISSING="A slot has no document.",
    ATTESTATION_MISSING="What `about` names is not attested where the accreditation is to count.",
    DOCUMENT_UNKNOWN="The applicant has no such document.",
    DOCUMENT_NOT_SUITABLE="The document does not fit its slot.",
    NOT_EMPLOYED="The applicant does not work there.",
    LICENSE_NOT_ACTIVE="The organisation has no such licence in force.",
    SUPERVISOR_REQUIRED="A supervisor has to be named.",
    SUPERVISOR_NOT_QUALIFIED="The supervisor may not supervise this.",
    BASE_REQUIRED="The record that it stands on has to be named.",
    BASE_NOT_IN_FORCE="The record that it stands on, or follows, is not in force.",
    ALREADY_OPEN="Such an application is under way already.",
    ALREADY_GRANTED="What is asked for was granted already on the same record; renew that accreditation instead.",
    ACCREDITATION_SUSPENDED="An accreditation in this specialty is suspended.",
    RENEWAL_TOO_EARLY="It is too early for the next accreditation.",
    PAYMENT_NOT_CONFIRMED="The payment is not confirmed.",
    UNKNOWN_CODE="The book has no such code.",
    UNIT_NOT_OF_CODE="The value is not in the unit of its code, or is words where the code takes a number.",
    VALUE_OUT_OF_RANGE="There can be no such value.",
    FLAG_NOT_OF_VALUE="The flag does not fit the value.",
    DATE_IN_FUTURE="The time has not come yet.",
    DATE_OUTSIDE_EPISODE="The time is outside the episode or the encounter.",
    DATES_OUT_OF_ORDER="An end before its beginning, or a beginning before the birth.",
    EPISODE_CLOSED="The episode is closed.",
    PRACTITIONER_NOT_QUALIFIED="Whoever shall lead the episode is no accredited doctor of the organisation.",
    RELATION_MISSING="The one who shall lead the episode has no such relation of care in force.",
    WRONG_WORKPLACE="The record is of another organisation than the workplace.",
    ALREADY_RECORDED="This was recorded before.",
    CERTIFICATE_NOT_OF_SPECIALTY="Doctors of other specialties issue such a certificate.",
    LABEL_TOO_OPEN="The label is more open than that of the encounter or episode.",
    SPECIALTY_NOT_FITTING="What is specially protected is written by those whose specialty fits.",
    PATIENT_CONSENT_MISSING="The patient does not consent to this here: that it is read, or to telemedicine.",
    CORRECTION_OPEN="Another entry corrects this one already.",
    OWN_NOTE="Nobody co-signs his own entry.",
    DATE_OUT_OF_RANGE="The day is earlier or later than it may be; the message says from when to when.",
    BASIS_NOT_SUITABLE="This basis, or this purpose, is not one of the viewer's office.",
    ORDER_NOT_IN_STATE="An order has not come so far, or further: it is carried out, cancelled, or its term is over.",
    DIRECTION_REQUIRED="It takes a special accreditation of a direction that is not held at this workplace.",
    CODE_NOT_OF_ORDER="The service that was ordered does not measure this.",
    ORDER_FOR_ANOTHER="The order is for another organisation than the referral.",
    RECORDS_REMAIN="What was recorded at it counts; that is marked before.",
    TELEMEDICINE_NOT_OFFERED="Whoever is asked is no doctor who is accredited for telemedicine at that organisation.",
    VISIT_MISSING="Nobody is consulted again from afar by a doctor who has not met him in person.",
    CONCLUSION_NOT_SIGNED="The entry is no consultation, or is not signed.",
    PRIMARY_WITHOUT_DIAGNOSIS="At a primary session of telemedicine no diagnosis is made.",
    TOO_MANY_INQUIRIES="So many inquiries are not opened within 24 hours; the message says how many are.",
    SERVICE_NOT_OF_ORDER="Another service was ordered.",
    SERVICE_NOT_OF_NURSING="Nursing does not do this service by itself.",
    PERIOD_NOT_WHOLE="The period is not of whole calendar months, or of more than a year.",
    PERIOD_NOT_OVER="The period is not over.",
    TOO_MANY_MEDICINES="The form does not take so many medicines; the message says how many it takes.",
    FORM_NOT_FITTING="The form does not take such a medicine, such a term or such an author.",
    DOSE_TOO_GREAT="The dose is greater than the greatest single or daily one; `overDose` says that this is meant.",
    POST_NOT_PERMITTED="The register does not say that narcotic medicines are prescribed in this post.",
    GRANT_MISSING="The organisation has given no access to prescriptions of such medicines.",
    PREFERENTIAL_PERIOD_MISSING="The card of who signs has no period for preferential prescriptions in force.",
    PRESCRIPTION_NOT_IN_FORCE="The prescription was annulled, or its term is over.",
    CONFLICT="The object changed since it was read; `currentVersion` says its version now.",
    ILLEGAL_TRANSITION="This does not follow from where the object stands; `possible` says what the viewer may do.",
    IDEMPOTENCY_CONFLICT="The key was used for something else.",
    IDEMPOTENCY_IN_PROGRESS="The request with this key is still being carried out.",
    NOT_FOUND="There is no such object.",
    CONFLICT_OF_INTEREST="Nobody decides on himself or on colleagues of his organisation.",
    ALREADY_CLAIMED="Another expert has it.",
    NOT_CLAIMED="It has to be claimed first.",
    REASON_REQUIRED="A reason has to be given.",
    REASON_TOO_SHORT="The reason has too few letters; the message says how many it takes.",
    AMBIGUOUS="Several are named so; say it in another way.",
    TOO_OFTEN="It was done too often; `againAt` says when it can be done again.",
    TOO_MANY_TEMPLATES="So many templates of reports nobody keeps (слишком много шаблонов).",
    ALREADY_IN_FORCE="The same is in force already.",
    OPENED_BY_YOURSELF="Whoever opened it can neither confirm nor review it.",
    ACCOUNT_MISSING="The person has no account: he never signed in.",
    APPOINTED_NOT_EMPLOYED="Whoever is appointed does not work there.",
    ALREADY_APPOINTED="There is such an appointment, or a proposal of it, already.",
    FUNCTIONS_INCOMPATIBLE="The function cannot be held together with one that is held or proposed already.",
    SECOND_PERSON_REQUIRED="Somebody else has to do it: neither whoever proposed it, nor whom it is about.",
    LAST_OFFICER="It is the last officer who appoints; another has to be appointed first.",
    GRANT_TOO_WIDE="Whose access it is has none of this module there, or not of these patients.",
    SELF_GRANT="Nobody is granted his own access.",
    TOO_MANY_GRANTS="Nobody gives or has more grants than so many at an organisation; the message says how many.",
    NOT_ON_DUTY="Whoever leads a department hands access on in an emergency while he is on shift there.",
    NOT_PUBLISHED="The organisation has not published the slot.",
    SLOT_PAST="The slot has begun already.",
    SLOT_TAKEN="Somebody is booked in the slot.",
    PATIENT_BUSY="The patient is expected elsewhere at that time.",
    ON_BEHALF_REQUIRED="A service account does this on behalf of a practitioner alone: `Kabinet-On-Behalf-Of`.",
    PATIENT_DIFFERS="Under this ЕНП the organisation knows a patient of another name or day of birth.",
    REGISTRY_OWNED="The register takes this from elsewhere: nobody can ask to have it corrected here.",
    ALREADY_REGISTERED="The viewer is in the register already.",
    IDENTITY_MISMATCH="It is not what the sign-in says of the viewer.",
    DATA_MISMATCH="What was said does not agree with what the register has; support knows in what.",
    OWN_REQUEST="Nobody decides what he asked for himself.",
    ORG_NOT_FOUND="The register has no such organisation.",
    ORG_CLOSED="The organisation is closed.",
    POST_MISSING="The register has no post of the person there, and none was given.",
    MAIN_POST_TAKEN="The person has a main post already.",
    TOO_EARLY="A code was sent just now; `againAt` says from when another can be.",
    CODE_WRONG="The code is another one; the message says how often it can be tried again.",
    CODE_EXPIRED="No code can be shown any more: there is none, it is too old, or it was tried too often.",
    CHANNEL_UNAVAILABLE="The service cannot send a code there.",
    RECIPIENT_UNKNOWN="The settings of the service have no such recipient.",
    TOO_MANY_DOCUMENTS="A package does not take so many documents; the message says how many it takes.",
    DOCUMENT_NOT_FOR_RECIPIENT="A recipient of this kind may not get a document of this kind.",
    DOCUMENT_NOT_IN_ORDER="The document is not checked, or was refused or withdrawn.",
    SIGNATURE_MISSING="A document of this kind is sent with a good signature alone.",
    SENDING_BASIS="The basis does not let documents be sent to this recipient, or for this purpose.",
    SENDING_CONSENT="The consent is missing, or is to another version of the text; the message says which is in force.",
    CONTENT_ELSEWHERE="The bytes of the document lie elsewhere.",
    DOCUMENT_KIND_NOT_TAKEN="No document of this kind is put in, not for this owner, or the document is of another.",
    FILE_TOO_LARGE="A file of this kind may not be so large; the message says how large it may be.",
    FILE_REFUSED="The file is not kept: `about` is the reason of the check that refused it, the message its words.",
    TOO_MANY_UPLOADS="The viewer has so many uploads open; the message says how many may be.",
    UPLOAD_EXPIRED="The ticket was not used in time.",
    UPLOAD_HASH_DIFFERS="The bytes that came are not those that were announced; another upload has to be asked for.",
    UPLOAD_INCOMPLETE="Not all of the file has come yet.",
    UPLOAD_UNKNOWN="The viewer has no such ticket.",
    UPLOAD_USED="The file was put in under this ticket before.",
    EXPORT_TOO_LARGE="A package does not take so many entries; the message says how many it takes.",
    SIGNING_UNAVAILABLE="The key that the document is to be signed with makes no signature now.",
    EXPORT_NOT_SET_UP="The service has no key to seal packages with.",
    SIGNATURE_MALFORMED="The signature is no detached CMS in DER, or too long.",
    SIGNATURE_ATTACHED="The signature has its content inside.",
    SIGNATURE_SEVERAL_SIGNERS="The signature has several signers; each is put in by itself.",
    SIGNATURE_PROFILE="The signature is no CAdES: it does not name its certificate.",
    SIGNATURE_CERTIFICATE_MISSING="The certificate of the signer is not in the signature.",
    SIGNATURE_CERTIFICATE_UNSUITABLE="The certificate is not one for signing.",
    SIGNATURE_ALGORITHM_NOT_ALLOWED="The algorithm is not taken for this.",
    SIGNATURE_CONTENT_DIFFERS="Something else was signed than what is kept.",
    SIGNATURE_BROKEN="The signature does not fit its certificate.",
    SIGNATURE_UNTRUSTED="The certificate is of no authority that is trusted here.",
    SIGNATURE_AUTHORITY_NOT_ACCREDITED="The authority was not accredited when it issued the certificate.",
    SIGNATURE_EXPIRED="The certificate has expired.",
    SIGNATURE_NOT_YET_VALID="The certificate is not valid yet.",
    SIGNATURE_REVOKED="The certificate is revoked.",
    SIGNATURE_STAMP_BROKEN="The time stamp is not good.",
    SIGNATURE_TIME_IN_FUTURE="The time of signing has not come yet.",
    SIGNATURE_WRONG_SIGNER="The certificate is of somebody else than who may sign.",
    SIGNATURE_NOT_DUE="The kind of document takes no such signature.",
    SIGNATURE_DUPLICATE="The document has this signature already.",
    SIGNATURE_ENGINE_MISSING="OpenSSL is not there to verify with, or lacks its engine for GOST.",
    SIGNATURE_TRUST_MISSING="Nobody is set up to be trusted.",
    SIGNATURE_REVOCATION_UNKNOWN="There is no list of revoked certificates.",
    SIGNATURE_REVOCATION_STALE="The list of revoked certificates is out of date.",
    SIGNATURE_TIMED_OUT="The verification did not end in time.",
    CONTENT_MISSING="The document has no content here.",
    INTEGRITY_BROKEN="The content is not what was kept.",
)
DONE = "What keeps the act from being done; empty when it is done."


@shows(ProblemView)
class Problem:
    """Something that the caller can put right; nothing of the act was kept."""

    code: ProblemCode = public("What is wrong.")
    path: list[str] = public(
        "The field that it is about, from the input inwards; places in lists count from 0. What is checked as it was "
        "kept has the order of `papers`, `consents` and `directions`. Empty for the whole, and for what no input says."
    )
    about: str | None = public(
        "What the path alone does not tell: the slot of a document (место), the kind of a consent (согласие), or the "
        "field that the register lacks."
    )
    message: str = public("The same in the language of Accept-Language: Russian, or English.")
    current_version: int | None = public("With CONFLICT, the version of the object now.")
    again_at: datetime | None = public("With TOO_OFTEN and TOO_EARLY, the instant from which it can be done again.")
    possible: list[str] | None = public("With ILLEGAL_TRANSITION, the steps that the viewer may take now.")


@shows(results.ApplicationPayload)
class ApplicationPayload:
    """What came of an act on an application."""

    application: "AccreditationApplication | None" = edge(
        applications.by_id, "The application after the act.", by="application_id"
    )
    problems: list[Problem] = public(DONE)


@shows(results.DiscardPayload)
class DiscardPayload:
    """What came of deleting a draft."""

    discarded_id: strawberry.ID | None = public("Global id of the draft that is gone; null while it is there.")
    application: "AccreditationApplication | None" = edge(
        applications.by_id, "The application that could not be deleted.", by="application_id"
    )
    problems: list[Problem] = public(DONE)


@shows(results.Receipt)
class Receipt:
    """The acceptance of an application (уведомление о приёме)."""

    number: str = public("Number under which it was accepted.")
    at: datetime = public("When.")


@shows(results.SubmissionPayload)
class SubmissionPayload:
    """What came of a submission."""

    application: "AccreditationApplication | None" = edge(
        applications.by_id, "The application after the act.", by="application_id"
    )
    receipt: Receipt | None = derived(
        results.receipt_of, "The receipt; null when it was not accepted.", needs=("receipt_number", "receipt_at")
    )
    problems: list[Problem] = public(DONE)


@shows(results.Verdict)
class Verdict:
    """A decision, as told to the expert who made it: his case is closed with it (решение)."""

    number: str = public("Number of the application.")
    outcome: ApplicationOutcome = public("How it ended.")
    protocol_number: str = public("Number of the protocol.")
    decided_on: date = public("Day of the decision.")


@shows(results.DecisionPayload)
class DecisionPayload:
    """What came of a decision."""

    application: "AccreditationApplication | None" = edge(
        applications.by_id,
        "The application after the act; null once the case is closed, to whoever saw it by the case only.",
        by="application_id",
    )
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The record that came of it, for whoever may see it.", by="accreditation_id"
    )
    verdict: Verdict | None = derived(
        results.verdict_of,
        "The decision; null when none was made.",
        needs=("number", "outcome", "protocol_number", "decided_on"),
    )
    problems: list[Problem] = public(DONE)


@shows(AccreditationResult)
class AccreditationPayload:
    """What came of an act on a record of accreditation."""

    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The record after the act.", by="accreditation_id"
    )
    problems: list[Problem] = public(DONE)
