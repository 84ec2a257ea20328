"""Documents about patients as the graph shows them: each stands with the record that it is of."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.bounds import last_day
from resolvers.clinical import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.clinical.document import issuing
from resolvers.clinical.document import reading as documents
from resolvers.clinical.document.reading import ClinicalDocumentRecord
from resolvers.document import reading as contents
from resolvers.document.asked import code_on
from resolvers.document.kinds import DocumentKind
from resolvers.document.status import DocumentStatus
from resolvers.rules.certificate import PatientCertificate
from schema.act_inputs import ID, act_input
from schema.clinical.care import LABEL, RECORD_TRACES, SPECIAL
from schema.clinical.words import Confidentiality, SpecialKind
from schema.document.check import DocumentCheck
from schema.document.document import DocumentIntegrity, DocumentVersion
from schema.document.kind import DocumentKindCode
from schema.ends import LAST_ON
from schema.enums import enum
from schema.payload import DONE, Problem

if TYPE_CHECKING:
    from schema.clinical.care import Encounter, EpisodeOfCare
    from schema.clinical.patient import Patient
    from schema.clinical.record import ClinicalNote
    from schema.document.signature import Signature
    from schema.organization import Organization
    from schema.practitioner import Practitioner


enum(
    PatientCertificate,
    "What a certificate says of a patient (вид справки); which specialties issue it, dated rules say.",
    ATTENDANCE="That he came to a doctor (о посещении врача).",
    ILLNESS="That a student is ill, form 095/у (о временной нетрудоспособности учащегося).",
    FITNESS="Whether he is fit for an occupation or studies, form 086/у (профессиональная пригодность).",
    SPA="That a stay at a health resort is advised, form 070/у (для санаторно-курортного лечения).",
)
act_input(
    issuing.IssuePatientCertificateInput,
    "Which certificate is issued, and what it says.",
    encounter_id=(ID, "Global id of the encounter (посещение) that it is of."),
    certificate=(PatientCertificate, "Which certificate."),
    text="What the doctor says (заключение): 2,000 characters at most.",
)


@shows(
    ClinicalDocumentRecord,
    prefix=documents.PREFIX,
    node=documents.by_id,
    gate=P.CLINICAL_HISTORY_READ,
    keys=keys.RECORD,
    traces=RECORD_TRACES,
)
class ClinicalDocument(Node):
    """An electronic document about a patient (медицинский документ); whoever reads the record that it is of sees it."""

    id: strawberry.ID = derived(Ids(documents.PREFIX), NODE_DESCRIPTION, needs=("id",))
    patient: "Patient | None" = edge(patients.by_id, "Whom it is about.", by="patient_id")
    encounter: "Encounter | None" = edge(
        records.ENCOUNTERS.by_id, "The encounter that it is of, where it is of one.", by="encounter_id"
    )
    episode: "EpisodeOfCare | None" = edge(
        records.EPISODES.by_id, "The episode that it is of as a whole, where it is of one.", by="episode_id"
    )
    note: "ClinicalNote | None" = edge(
        records.NOTES.by_id, "The entry of the case history that it is of, where it is of one.", by="note_id"
    )
    author: "Practitioner | None" = edge(practitioners.by_id, "Who put it in, or issued it.", by="author_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="place_id")
    kind: DocumentKind = public("What it is.")
    code: DocumentKindCode | None = derived(
        code_on,
        "Its code in the book of electronic medical documents, in the edition of its day of issue (код вида).",
        needs=("kind", "issued_on", "created_at"),
    )
    title: str = public("Title.")
    status: DocumentStatus = public("How far its processing has come.")
    number: str | None = public("Its number, where it has one.")
    issued_on: date | None = public("Day of issue.")
    last_on: date | None = derived(last_day, LAST_ON, needs=("expires_on",))
    created_at: datetime = public("When it came into the cabinet.")
    version: int = public("Version of the document, which `expectedVersion` of an act names.")
    media_type: str = public("Media type of the bytes.")
    byte_size: int = public("Size in bytes.")
    sha256: str = public("SHA-256 of the bytes, in lower-case hexadecimal.")
    content_version: int = public("Which version of its content is in force; 0 while its bytes lie elsewhere.")
    confidentiality: Confidentiality = public(LABEL)
    special_kind: SpecialKind | None = public(SPECIAL)
    versions: "list[DocumentVersion] | None" = edge(
        contents.versions, "Versions of its content, the newest first (версии содержимого).", by="id"
    )
    integrity: "DocumentIntegrity | None" = edge(
        contents.integrities, "Whether its content in force is as it was kept (целостность).", by="id"
    )
    checks: "list[DocumentCheck] | None" = edge(contents.checks, "Checks of the content in force (проверки).", by="id")
    signatures: "list[Signature] | None" = edge(
        contents.signatures,
        "Electronic signatures (подписи), also those of content that is no longer in force.",
        by="id",
    )


@shows(issuing.PatientCertificatePayload)
class PatientCertificatePayload:
    """What came of issuing a certificate."""

    document: ClinicalDocument | None = edge(documents.by_id, "The certificate.", by="document_id")
    number: str | None = public("Its number.")
    problems: list[Problem] = public(DONE)
