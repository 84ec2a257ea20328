"""An object that may not be seen is not there for an act either: the same answer, by the same statements.

What a clock could tell is what was done, and how many rows came of it; `bench/absence.py` measures what is left.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from gateway.world.numbers import insurance_number
from resolvers import facts
from schema.built import graph
from sources.postgres.connecting import Connection
from tests.acts.clinic import Clinic
from tests.acts.exchanging import Exchange
from tests.acts.office import Office, paper
from tests.acts.test_rights import BY_APPLICANT, BY_EXPERT, BY_REGULATOR, given, selection
from tests.acts.unseen import Tried, gone, tried_elsewhere
from tests.acts.unseen_documents import tried_on_documents
from tests.acts.unseen_services import tried_on_services

MISSING = 99_999_999
# Ids that lead to what everybody may see.
PUBLIC = {
    "organizationId", "organizationIds", "departmentId", "supervisorId", "practitionerId", "practitionerIds",
    "granteeId", "grantorId",
}  # fmt: skip
# Documents stand deeper in an input than one id.
PAPERS = {(name, "documents.ids") for name in ("createApplication", "updateApplication", "answerClarification")}
# It is accepted whoever is named (tests/acts/test_inquiries.py), and so is what a report is to be of: it is kept as it
# is said, and looked up once the report is asked for.
ACCEPTED = {("openInquiry", "patient.id"), ("saveReportTemplate", "filter.id")}
SESSION = """
WITH known AS (INSERT INTO account (subject, created_at) VALUES ('2', now()))
INSERT INTO session (id, account, kind, device, assurance, auth_time, first_sign_in, started_at, used_at, idle_seconds,
    expires_at)
VALUES (1, '2', 'APP', 'Phone', 'CONFIRMED', now(), false, now(), now(), 86400, now() + interval '1 day')
"""
MESSAGE = """
INSERT INTO message (id, subject, kind, at, template) OVERRIDING SYSTEM VALUE
VALUES (9000001, 'somebody', 'MAINTENANCE', now(), 'maintenance_coming')
"""
# Whoever may do these sees all of them.
OF_SUPPORT = {(name, "id") for name in ("proposeUnlock", "confirmUnlock", "answerTicket")}
TICKET = "tick_9000001"
ASKED = """
INSERT INTO support_ticket (id, account, state, request_ids, key, subject, text, opened_at, changed_at)
VALUES (9000001, 'somebody', 'OPEN', '{}', '', '', '', now(), now())
"""
ENCLOSED = "UPDATE application SET papers = $2::jsonb, document_ids = $3 WHERE id = $1"
SLOT = """
SELECT id FROM slot WHERE practitioner_id = 1 AND published_at IS {} NULL AND starts_at > now()
    AND NOT EXISTS (SELECT FROM booking WHERE slot_id = slot.id)
"""
ELSEWHERE = """
SELECT 'slot_' || id AS id FROM slot
WHERE organization_id <> 1 AND published_at IS NULL AND starts_at > now() ORDER BY id LIMIT 1
"""
RECORD = "SELECT min(id) AS id FROM accreditation WHERE practitioner_id = $1"

# What is seen is held before what is not is looked for: a draft or a document of his own, a patient or a session of
# hers, a referral that he answers, an attestation of a colleague.
LOCKED_TOO = {
    ("updateApplication", "baseId"), ("recordEncounter", "shiftId"), ("recordEncounter", "bookingId"),
    ("giveConsent", "representativeId"), ("askConsultation", "employmentId"), ("sendDocument", "inAnswerTo"),
    ("answerReferral", "noteId"), ("finishTeleconsultation", "noteId"), ("recordProcedure", "orderId"),
    ("renewAttestation", "documentId"),
}  # fmt: skip
LOCKED = (
    "patient", "episode", "encounter", "note", "prescription", "service_order", "referral", "teleconsultation",
    "procedure_report",
)  # fmt: skip
CONSULTED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at)
VALUES (31, 2, 'CONSULTATION', 9300001, 12, now() - interval '1 hour', now() + interval '1 hour')
"""
OF_THE_STRANGER = {
    "condition": "SELECT 'cond_' || min(id) AS id FROM condition WHERE patient_id = 31",
    "consent": "SELECT 'consent_' || min(id) AS id FROM consent WHERE patient_id = 31",
    "representative": "SELECT 'repr_' || min(id) AS id FROM representative WHERE patient_id NOT IN (1, 2)",
}

Said = list[tuple[str, str, int]]


@contextmanager
def listened() -> Iterator[Said]:
    """The statements that are run meanwhile: database, text, and how many rows came of it."""
    said: Said = []
    rows, execute = Connection.rows, Connection.execute

    async def listened_rows(self: Any, record: Any, text: str, *args: Any) -> Any:
        found = await rows(self, record, text, *args)
        said.append((self._params.database, text, len(found)))
        return found

    async def listened_execute(self: Any, text: str, *args: Any, **named: Any) -> Any:
        said.append((self._params.database, text, 0))
        return await execute(self, text, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "rows", listened_rows)
        patch.setattr(Connection, "execute", listened_execute)
        yield said


def tried(
    draft: dict[str, Any], mine: dict[str, Any], strange: str, record: str, free: str, hidden: str, elsewhere: str
) -> Tried:
    """Every act on what is hidden: a draft of the applicant's, records of the stranger and others, a message, a slot.

    A patient of the stranger, the booking of one of the therapist, and a slot of another organisation.
    """
    update = {"id": mine["id"], "expectedVersion": mine["version"]}
    return {
        **{(name, "id"): ("stranger", draft["id"], given(name, "", draft["version"])) for name in BY_APPLICANT},
        **{(name, "id"): ("expert", draft["id"], given(name, "", draft["version"])) for name in BY_EXPERT},
        **{(name, "id"): ("head", strange, given(name, "")) for name in BY_REGULATOR},
        ("renewAccreditation", "id"): ("stranger", record, {}),
        ("createApplication", "baseId"): ("stranger", record, {"kind": "REMOTE"}),
        ("updateApplication", "baseId"): ("stranger", record, update),
        ("closeInquiry", "id"): ("head", "inq_1", {}),
        ("bookAppointment", "slotId"): ("patient", hidden, {"patientId": "pat_1"}),
        ("bookAppointment", "patientId"): ("desk", "pat_31", {"slotId": free}),
        ("cancelAppointment", "id"): ("stranger", "booking_1", {"expectedVersion": 1}),
        ("endSession", "id"): ("head", "ses_1", {}),
        ("forgetDevice", "id"): ("head", "dev_1", {}),
        ("requestDownload", "documentId"): ("stranger", "doc_1", {}),
        ("publishSlots", "ids"): ("supervisor", elsewhere, {}),
        ("withdrawSlots", "ids"): ("supervisor", elsewhere, {}),
        ("markMessagesRead", "ids"): ("stranger", "msg_9000001", {}),
        ("confirmAppointment", "id"): ("head", "apt_2", {"expectedVersion": 1}),
        ("endAppointment", "id"): ("head", "apt_2", {"expectedVersion": 1}),
        ("closeTicket", "id"): ("stranger", TICKET, {"expectedVersion": 1}),
    }


async def tried_on_patients(clinic: Clinic) -> Tried:
    """Every act on a patient of the stranger, on what is recorded of him, and with what is another one's."""
    (case,) = await clinic.rows("SELECT 'case_' || id AS id FROM episode WHERE patient_id = 31 LIMIT 1")
    (shift,) = await clinic.office.rows(
        "SELECT 'shift_' || id AS id FROM shift WHERE practitioner_id = 2 ORDER BY id LIMIT 1", store="schedule"
    )
    await clinic.rows("INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '1 hour')")
    patient, encounter, mine = "pat_31", await clinic.encounter(31), {"patientId": "pat_1"}
    met, fever = {"kind": "HOME"}, {"code": "8310-5", "value": "36.6", "unit": "Cel"}
    sick = {"kind": "MAIN", "code": "I10", "certainty": "CONFIRMED"}
    found: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
        ("openEpisode", "patientId"): (patient, {"basis": "ASSIGNMENT", "kind": "AMBULATORY"}),
        ("closeEpisode", "id"): (case["id"], {"expectedVersion": 1, "outcome": "IMPROVED"}),
        ("recordEncounter", "patientId"): (patient, met),
        ("recordEncounter", "episodeId"): (case["id"], {**mine, **met}),
        ("recordEncounter", "shiftId"): (shift["id"], {**mine, **met}),
        ("recordEncounter", "bookingId"): ("booking_32", {**mine, **met}),
        ("recordCondition", "encounterId"): (encounter, sick),
        ("recordObservation", "patientId"): (patient, fever),
        ("recordObservation", "encounterId"): (encounter, {**mine, **fever}),
        ("recordLaboratoryResult", "patientId"): (patient, {**fever, "code": "718-7"}),
        ("recordLaboratoryResult", "encounterId"): (encounter, {**mine, **fever, "code": "718-7"}),
    }
    found |= await tried_on_notes(clinic)
    found |= await tried_on_trust(clinic)
    by = {"cosignNote": "supervisor", "reviewEmergencyAccess": "supervisor"}
    return {act: (by.get(act[0], "therapist"), *one) for act, one in found.items()}


async def tried_on_trust(clinic: Clinic) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """Every act on what opens and closes the chart of a patient of the stranger, and on an access of his."""
    hidden = {name: (await clinic.rows(text))[0]["id"] for name, text in OF_THE_STRANGER.items()}
    await clinic.rows(CONSULTED)
    asked = {"patient": {"insuranceNumber": insurance_number(4)}, "reason": "Пациент без сознания, помощь срочна"}
    made = await clinic.act("stranger", "openEmergencyAccess", "opening { id }", **asked)
    access, version, mine = made["opening"]["id"], {"expectedVersion": 1}, {"patientId": "pat_1"}
    exchange = {"kind": "EXCHANGE", "textVersion": "2026.1", "organizationIds": ["org_2"]}
    return {
        ("giveConsent", "patientId"): ("pat_31", exchange),
        ("giveConsent", "representativeId"): (hidden["representative"], {**mine, **exchange}),
        ("withdrawConsent", "id"): (hidden["consent"], version),
        ("restrictRecord", "id"): (hidden["condition"], {**version, "confidentiality": "RESTRICTED"}),
        ("markEnteredInError", "id"): (hidden["condition"], {**version, "reason": "Другой пациент."}),
        ("askConsultation", "patientId"): ("pat_31", {"practitionerId": "prac_5"}),
        ("askConsultation", "employmentId"): ("emp_1", {**mine, "practitionerId": "prac_5"}),
        ("endConsultation", "id"): ("consult_9300001", {}),
        ("confirmEmergencyAccess", "id"): (access, version),
        ("closeEmergencyAccess", "id"): (access, version),
        ("reviewEmergencyAccess", "id"): (access, {**version, "verdict": "JUSTIFIED", "review": "Жизнь под угрозой"}),
    }


async def tried_on_notes(clinic: Clinic) -> dict[tuple[str, str], tuple[str, dict[str, Any]]]:
    """Every act on entries of the case history of a patient of the stranger, and with what they may be of."""
    (note,) = await clinic.rows("SELECT 'note_' || id AS id FROM note WHERE patient_id = 31 LIMIT 1")
    (case,) = await clinic.rows("SELECT 'case_' || id AS id FROM episode WHERE patient_id = 31 LIMIT 1")
    entry, version = {"kind": "NURSING", "text": "б"}, {"expectedVersion": 1}
    return {
        ("addNote", "encounterId"): (await clinic.encounter(31), entry),
        ("addNote", "episodeId"): (case["id"], entry),
        ("addNote", "patientId"): ("pat_31", entry),
        ("updateNote", "id"): (note["id"], {**version, "text": "б"}),
        ("discardNote", "id"): (note["id"], version),
        ("signNote", "id"): (note["id"], version),
        ("cosignNote", "id"): (note["id"], version),
        ("correctNote", "id"): (note["id"], {**version, "text": "б"}),
    }


def naming(kind: Any, prefix: str = "") -> Iterator[str]:
    """Where an input names objects, as paths of its fields."""
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from naming(named, f"{prefix}{name}.")
        elif named.name == "ID" and name not in PUBLIC:
            yield prefix + name


@pytest.fixture
async def office(office: Office, exchange: Exchange) -> Office:
    """The office as it was before any test, which exchanges packages with others."""
    return exchange


@pytest.fixture
async def acts(
    office: Office, exchange: Exchange, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tried]:
    strange, record = [f"acc_{(await office.rows(RECORD, person))[0]['id']}" for person in (12, 1)]
    free, hidden = [f"slot_{(await office.rows(SLOT.format(one), store='schedule'))[0]['id']}" for one in ("NOT", "")]
    drafts = await office.drafted("applicant"), await office.drafted("stranger")
    (elsewhere,) = await office.rows(ELSEWHERE, store="schedule")
    found = tried(*drafts, strange, record, free, hidden, elsewhere["id"])
    found |= await tried_on_patients(clinic) | await tried_elsewhere(office)
    found |= await tried_on_documents(exchange, strange) | await tried_on_services(clinic)
    monkeypatch.setattr(facts, "CHECK_SECONDS", 1e9)  # what the viewers are, nothing changes meanwhile
    journal = office.application.stores.journal
    await journal.execute(MESSAGE)
    await office.application.stores.identity.execute(SESSION)
    await office.application.stores.identity.execute(ASKED)
    yield found
    await office.application.stores.identity.execute("DELETE FROM support_ticket")
    await office.application.stores.identity.execute("DELETE FROM report_template")
    await gone(office)
    await journal.execute("DELETE FROM message WHERE id = 9000001")


async def done(office: Office, act: tuple[str, str], persona: str, id: str, said: dict[str, Any]) -> tuple[Any, Said]:
    """The answer to an act on an object, and the statements that it took; stores that are slow are asked at once."""
    name, place = act
    fields = "marked" if name == "markMessagesRead" else "problems { about }"
    value: Any = [id] if place.endswith("ds") else id
    place, *deeper = place.split(".")
    for one in reversed(deeper):
        value = {one: value}
    with listened() as statements:
        if name == "markMessagesRead":
            text = f"mutation($input: MarkMessagesReadInput!) {{ {name}(input: $input) {{ {fields} }} }}"
            answer = await office.ask(persona, text, {"input": {place: value}})
        else:
            answer = await office.try_to(persona, name, fields, **{**said, place: value})
    body = {key: value for key, value in answer.body.items() if key != "extensions"}
    return body, sorted(statements)


async def test_an_act_on_a_hidden_object_is_done_like_one_on_none(office: Office, clinic: Clinic, acts: Tried) -> None:
    before = await office.everything(), await clinic.everything()
    for act, (persona, hidden, said) in acts.items():
        missing = f"{hidden.partition('_')[0]}_{MISSING}"
        await done(office, act, persona, missing, said)  # what is prepared once is
        absent = await done(office, act, persona, missing, said)
        assert await done(office, act, persona, hidden, said) == absent, act
    assert (await office.everything(), await clinic.everything()) == before


async def test_nobody_waits_for_a_hidden_object_that_is_locked(office: Office, acts: Tried) -> None:
    """Whoever waits, or is told that it took too long, has learned that there is something to wait for."""
    stores = office.application.stores
    async with (
        stores.accreditation.connection() as rival,
        rival.transaction(),
        stores.clinical.connection() as other,
        other.transaction(),
        stores.identity.connection() as known,
        known.transaction(),
        stores.registry.connection() as register,
        register.transaction(),
        stores.documents.connection() as papers,
        papers.transaction(),
    ):
        await rival.execute("SELECT FROM application FOR UPDATE")
        await rival.execute("SELECT FROM accreditation FOR UPDATE")
        await rival.execute("SELECT FROM attestation FOR UPDATE")
        for table in LOCKED:
            await other.execute(f"SELECT FROM {table} FOR UPDATE")
        for table in ("access_grant", "session", "support_ticket", "report_template"):
            await known.execute(f"SELECT FROM {table} FOR UPDATE")
        for table in ("registry_request", "organization_link", "external_service"):
            await register.execute(f"SELECT FROM {table} FOR UPDATE")
        for table in ("document", "exchange_package", "information_request"):
            await papers.execute(f"SELECT FROM {table} FOR UPDATE")
        for act, (persona, hidden, said) in acts.items():
            if act not in LOCKED_TOO:
                missing = f"{hidden.partition('_')[0]}_{MISSING}"
                await done(office, act, persona, missing, said)
                absent = await done(office, act, persona, missing, said)
                assert await done(office, act, persona, hidden, said) == absent, act


async def test_a_check_does_not_look_at_documents_of_others(office: Office, acts: Tried) -> None:
    """It counts rows: their documents are not even read."""
    found = []
    for document in (MISSING, int(paper("applicant", "EXPERIENCE")[4:])):
        draft = await office.drafted("stranger")
        await office.rows(ENCLOSED, int(draft["id"][4:]), f'{{"EXPERIENCE": [{document}]}}', [document])
        answer, statements = await done(office, ("validateApplication", "id"), "stranger", draft["id"], {})
        found.append((answer["data"]["validateApplication"]["problems"], statements))
    assert found[0] == found[1]
    assert "DOCUMENT_UNKNOWN" in {problem["code"] for problem in found[0][0]}


async def test_what_is_kept_does_not_look_at_documents_of_others(office: Office, acts: Tried) -> None:
    draft = await office.drafted("stranger")
    drafts: dict[str, dict[str, Any]] = {
        "createApplication": {"kind": "PERMANENT"},
        "updateApplication": {"id": draft["id"], "expectedVersion": draft["version"]},
    }
    for name, said in drafts.items():
        found = []
        for document in (f"doc_{MISSING}", f"doc_{MISSING}", paper("applicant", "EXPERIENCE")):
            papers = [{"slot": "EXPERIENCE", "ids": [document]}]
            with listened() as statements:
                answer = await office.try_to("stranger", name, selection(name), **said, documents=papers)
            found.append((answer.data[name]["problems"], sorted(statements)))
        assert found[1] == found[2]
        assert [problem["code"] for problem in found[2][0]] == ["DOCUMENT_UNKNOWN"]


async def test_every_act_that_names_an_object_is_tried(office: Office, acts: Tried) -> None:
    root = graph().core.mutation_type
    assert root is not None
    named = {
        (name, path)
        for name, field in root.fields.items()
        for argument in field.args.values()
        for path in naming(get_named_type(argument.type))
    }
    mine = {("updateApplication", "id"), ("createApplication", "baseId")}
    assert mine <= named
    assert named == {*acts, *PAPERS, *OF_SUPPORT, *ACCEPTED}
