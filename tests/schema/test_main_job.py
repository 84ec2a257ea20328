"""The main job: one question over four stores, answered by who asks."""

from tests.conftest import Ask

CARD = """
query Card($id: ID!) { practitioner(by: {id: $id}) {
  id fullName phone snils birthOn snilsMasked organization { name } accreditations { kind status }
  documents(first: 2) { nodes { title } } shifts(first: 2) { nodes { startsAt } } } }
"""


async def test_a_worker_reads_his_own_card_from_four_stores_in_one_answer(ask: Ask) -> None:
    answer = await ask("therapist", CARD, {"id": "prac_1"})
    assert answer.status == 200
    assert answer.errors == []
    card = answer.data["practitioner"]
    assert card["phone"].startswith("+7000")
    assert {record["status"] for record in card["accreditations"]} >= {"ACTIVE"}
    assert len(card["documents"]["nodes"]) == 2
    assert len(card["shifts"]["nodes"]) == 2
    assert set(answer.statements) == {"registry", "accreditation", "documents", "schedule"}


async def test_a_stranger_sees_the_public_card_and_why_the_rest_is_hidden(ask: Ask) -> None:
    answer = await ask("stranger", CARD, {"id": "prac_1"})
    card = answer.data["practitioner"]
    assert card["fullName"]
    assert card["phone"] is card["snils"] is card["accreditations"] is card["documents"] is None
    reasons = {error["extensions"]["coordinate"]: error["extensions"]["reason"] for error in answer.errors}
    assert reasons["Practitioner.phone"] == "OBJECT"
    assert set(answer.statements) == {"registry"}


async def test_nobody_is_told_to_sign_in(ask: Ask) -> None:
    answer = await ask("anonymous", CARD, {"id": "prac_1"})
    assert answer.data["practitioner"]["fullName"]
    assert {error["extensions"]["reason"] for error in answer.errors} == {"SIGN_IN"}
