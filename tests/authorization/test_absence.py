"""An object that may not be seen is an object that does not exist: the same bytes, whichever way it is looked for."""

import pytest

from tests.authorization.conftest import Desk
from tests.authorization.filtering import quoted
from tests.authorization.table import OBJECTS
from tests.authorization.world import PREFIXES

MISSING = 999_999_999
FIELDS = {
    "Employment": "id rate startsOn position { code } practitioner { id phone }",
    "Accreditation": "id registryNumber decision { summary } holder { __typename }",
    "AccreditationApplication": "id number outcome comments { text } documents { id }",
    "Document": "id title owner { id phone } checks { code }",
    "Shift": "id room practitioner { id phone }",
    "Slot": "id startsAt free practitioner { id } booking { id }",
    "Booking": "id startsAt version patient { id fullName } slot { id }",
    "Message": "id title application { id }",
    "AuditEvent": "id position actor object requestId",
    "Patient": "id sex fullName phone conditions { totalCount } notes { nodes { text } }",
    "Condition": "id code wording patient { id }",
    "Observation": "id code value encounter { id }",
    "ClinicalNote": "id text author { id }",
    "Prescription": "id number items { code } dispensings { line }",
    "ClinicalDocument": "id title patient { id } checks { code }",
    "Order": "id code text patient { id } protocol { conclusion }",
    "Procedure": "id code count patient { id }",
    "Referral": "id reason patientName receiver { id }",
    "SubmittedProcedureReport": "id sha256 watermark organization { id }",
    "EpisodeOfCare": "id at encounters { totalCount }",
    "Encounter": "id at documents { totalCount } notes { totalCount }",
    "LaboratoryResult": "id code value",
    "ImagingStudy": "id link conclusion",
    "PatientConsent": "id kind patient { fullName }",
    "EmergencyOpening": "id reason practitioner { id } patient { id }",
    "Appointment": "id function account organization { id } state proposedBy",
    "AccessGrant": "id module grantor { id } grantee { id } patients { id }",
    "Inquiry": "id officer patientId patient { id } basis { number }",
    "Teleconsultation": "id state reason patient { id } practitioner { id }",
    "Attestation": "id number issuer practitioner { id }",
    "ExternalService": "id kind endpoint status organization { id }",
    "LockedAccount": "id account reason proposal { reason }",
    "SupportTicket": "id account state words { text }",
    "RegistryRequest": "id field state values { value } practitioner { id }",
    "OrganizationLink": "id state practitioner { id } organization { id }",
    "ExchangePackage": "id number said documents { document { id } } history { by }",
    "InformationRequest": "id what legalBasis { number } organization { id }",
}
VIEWERS = ("anonymous", "newcomer", "stranger", "nurse", "insurer", "head", "mis", "expert")


def hidden(desk: Desk, persona: str, name: str) -> list[str]:
    """Objects of a type that the viewer does not see: of the cast, and of strangers."""
    oracle = desk.oracle(persona)
    found = [one for one in desk.world.ids(name) if not oracle.sees(desk.world.ties(one))]
    return [*found[:4], *found[-2:]]


@pytest.mark.parametrize("persona", VIEWERS)
@pytest.mark.parametrize("name", FIELDS)
async def test_a_denied_object_is_answered_like_a_missing_one(desk: Desk, persona: str, name: str) -> None:
    fields = f"... on {name} {{ {FIELDS[name]} }}"
    missing = f"{PREFIXES[name]}_{MISSING}"
    for text in (
        f"query($id: ID!) {{ node(id: $id) {{ {fields} }} }}",
        f"query($id: ID!) {{ nodes(ids: [$id, $id]) {{ __typename {fields} }} }}",
    ):
        nothing = await desk.ask(persona, text, {"id": missing})
        assert set(nothing.body) == {"data"}
        for one in hidden(desk, persona, name):
            denied = await desk.ask(persona, text, {"id": one})
            assert denied.content == nothing.content, one


@pytest.mark.parametrize("persona", VIEWERS)
async def test_a_denied_document_is_not_found_by_its_own_lookup(desk: Desk, persona: str) -> None:
    text = "query($id: ID!) { document(id: $id) { id title owner { id } } }"
    nothing = await desk.ask(persona, text, {"id": f"doc_{MISSING}"})
    for one in hidden(desk, persona, "Document"):
        assert (await desk.ask(persona, text, {"id": one})).content == nothing.content


@pytest.mark.parametrize("persona", VIEWERS)
async def test_a_denied_application_is_not_found_by_id_or_number(desk: Desk, persona: str) -> None:
    text = "{ application(by: {%s}) { id number applicant { id } } }"
    nothing = await desk.ask(persona, text % 'number: "АК-99-99999999"')
    assert nothing.body == {"data": {"application": None}}
    for one in hidden(desk, persona, "AccreditationApplication"):
        for by in (f"id: {quoted(one)}", f"number: {quoted(desk.world.row(one)['number'])}"):
            assert (await desk.ask(persona, text % by)).content == nothing.content


async def test_the_number_of_a_person_found_by_nobody_and_that_of_a_hidden_one_are_answered_alike(desk: Desk) -> None:
    text = "query($s: Snils!) { practitioner(by: {snils: $s}) { id } }"
    nobody = await desk.ask("stranger", text, {"s": "112-233-445 95"})
    somebody = await desk.ask("stranger", text, {"s": desk.world.rows["practitioner"][1]["snils"]})
    assert somebody.content == nobody.content


async def test_an_id_of_another_type_malformed_or_unknown_is_nothing(desk: Desk) -> None:
    for one in (
        "prac_0",
        "prac_-1",
        "PRAC_1",
        "prac_1 ",
        "user_1",
        "",
        "prac_99999999999999999999",
        "acc_1e3",
        "doc_٣",
    ):
        answer = await desk.ask("census", "query($id: ID!) { node(id: $id) { id } }", {"id": one})
        assert answer.body == {"data": {"node": None}}, one


def test_every_type_that_can_be_absent_is_tried() -> None:
    # Neither can be looked up.
    no_ids = {"ApplicationComment", "HistoryEntry", "Report"}
    assert FIELDS.keys() | no_ids == set(OBJECTS)
    assert FIELDS.keys().isdisjoint(no_ids)
