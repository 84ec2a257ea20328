"""What acts on documents, packages and requests are tried with that whoever does them does not see."""

from typing import Any

from tests.acts.exchanging import BASIS, REGISTERING, Exchange
from tests.acts.unseen import Tried

OF_ANOTHER = """
WITH requested AS (
    INSERT INTO information_request (id, subject, office, organization_id, recipient, what, basis, basis_number,
        basis_on, due_on, state, made_at, changed_at)
    VALUES (9000001, 'somebody', 'REG', 2, 'insurer', 'а', 'STATE_CONTROL', '1', current_date, current_date, 'OPEN',
        now(), now())
)
INSERT INTO exchange_package (id, direction, source, package, status, counterpart, counterpart_kind, organization_id,
    subject, purpose, basis, made_at, changed_at)
VALUES (9000001, 'OUTGOING', 'kabinet-test', gen_random_uuid(), 'DEAD', 'insurer', 'INSURER', 2, 'somebody',
    'QUALITY_EXAMINATION', 'INSURANCE_CONTROL', now(), now())
"""
# Of a patient of the stranger.
RECORDS = {
    "encounterId": "SELECT 'enc_' || id AS id FROM encounter WHERE patient_id = 31 ORDER BY at DESC, id DESC LIMIT 1",
    "episodeId": "SELECT 'case_' || id AS id FROM episode WHERE patient_id = 31 LIMIT 1",
    "noteId": "SELECT 'note_' || id AS id FROM note WHERE patient_id = 31 LIMIT 1",
}
REQUEST, HIS = "inforeq_9000001", "doc_1"


async def tried_on_documents(exchange: Exchange, record: str) -> Tried:
    """Every act on a document of the therapist's, a package and a request of another organisation, and with a record.

    What is in order is sent in answer to a request that is not seen.
    """
    await exchange.rows(OF_ANOTHER, store="documents")
    document = await exchange.document(holder=1, kind="DISCHARGE_SUMMARY")
    version: dict[str, Any] = {"expectedVersion": 1}
    file = {"kind": "PASSPORT", "fileName": "а.pdf", "byteSize": 9, "sha256": "0" * 64}
    answering = {"ids": [document], "recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS}
    records = {name: (await exchange.rows(text, store="clinical"))[0]["id"] for name, text in RECORDS.items()}
    about = {"kind": "DISCHARGE_SUMMARY", "fileName": "а.pdf", "byteSize": 9, "sha256": "0" * 64}
    said = {"certificate": "ATTENDANCE", "text": "б"}
    return {
        **{("requestUpload", name): ("therapist", id, about) for name, id in records.items()},
        ("issuePatientCertificate", "encounterId"): ("therapist", records["encounterId"], said),
        ("requestUpload", "documentId"): ("stranger", HIS, {**version, **file}),
        ("inspectDocument", "id"): ("expert", HIS, {**version, "stampAndSignature": True}),
        ("signDocument", "id"): ("stranger", HIS, {**version, "detachedCms": "MAA="}),
        ("sendDocument", "ids"): ("stranger", HIS, REGISTERING),
        ("sendDocument", "inAnswerTo"): ("head", REQUEST, answering),
        ("resendPackage", "id"): ("head", "pkg_9000001", version),
        ("withdrawInformationRequest", "id"): ("regulator", REQUEST, version),
        ("issueQualificationCertificate", "accreditationId"): ("therapist", record, {}),
    }
