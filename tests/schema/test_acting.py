"""What may be done to a page of objects: one statement for each kind, steps up, names that follow the acts."""

from typing import Any

from graphql import get_named_type

from tests.conftest import Ask, Gateway

ASK = """query($acts: [ActName!]!, $objects: [ID!]!) { viewer { canAct(acts: $acts, objects: $objects) {
  act object state reason until stepUp { url maxAge } } } }"""
ON_NOTES = ["signNote", "updateNote", "discardNote", "cosignNote", "correctNote"]
# Acts that name an object and do not tell beforehand: what they look at lies in several stores, or in what is said.
NOT_TOLD = {
    "cancelAppointment", "confirmAppointment", "endAppointment", "endConsultation", "endSession",
    "disableExternalService", "forgetDevice", "inspectDocument", "recordDispensing", "resendPackage", "signDocument",
    "withdrawConsent",
}  # fmt: skip


async def notes_of(gateway: Gateway, count: int) -> list[str]:
    async with gateway.application.stores.clinical.connection() as connection:
        rows = await connection.fetch("SELECT id FROM note WHERE practitioner_id = 1 ORDER BY id LIMIT $1", count)
    return [f"note_{row['id']}" for row in rows]


async def told(gateway: Gateway, persona: str, acts: list[str], objects: list[str], **how: Any) -> Any:
    answer = await gateway.ask(persona, ASK, {"acts": acts, "objects": objects}, **how)
    assert answer.errors == [], answer.body
    return answer


async def test_a_page_of_fifty_takes_one_statement_for_each_kind(gateway: Gateway) -> None:
    notes = await notes_of(gateway, 40)
    page = [*notes, *(f"acc_{key}" for key in range(1, 50 - len(notes) + 1))]
    without = await gateway.ask("therapist", "{ viewer { id } }")
    answer = await told(gateway, "therapist", [*ON_NOTES, "suspendAccreditation", "renewAccreditation"], page)
    for store in ("clinical", "accreditation"):
        assert answer.statements.get(store, 0) - without.statements.get(store, 0) <= 1, answer.statements
    found = answer.data["viewer"]["canAct"]
    assert len(found) == 7 * len(page)
    # An act that is done to something else says of it what it says of nothing.
    assert {one["reason"] for one in found if one["act"] == "signNote" and one["object"][:3] == "acc"} == {"NOT_FOUND"}
    answer = await told(gateway, "therapist", ["createApplication", "exportAudit"], ["acc_1"])
    assert [one["state"] for one in answer.data["viewer"]["canAct"]] == ["NOT_TOLD", "NOT_ALLOWED"]


async def test_what_is_hidden_is_told_as_what_is_not_there(gateway: Gateway) -> None:
    (note, *_) = await notes_of(gateway, 1)
    answer = await told(gateway, "stranger", ON_NOTES, [note, "note_99999999", "nothing"])
    said = [{key: one[key] for key in one if key != "object"} for one in answer.data["viewer"]["canAct"]]
    for hidden, absent, strange in zip(said[0::3], said[1::3], said[2::3], strict=True):
        assert hidden == absent == strange
        assert (hidden["state"], hidden["reason"]) == ("NOT_ALLOWED", "NOT_FOUND")


async def test_what_waits_for_a_second_factor_says_how_it_is_shown(gateway: Gateway) -> None:
    answer = await told(gateway, "therapist", ["signNote"], await notes_of(gateway, 1), second_factor=False)
    (one,) = answer.data["viewer"]["canAct"]
    assert (one["state"], one["reason"], one["until"]) == ("NEEDS_SECOND_FACTOR", "SECOND_FACTOR", None)
    assert one["stepUp"]["maxAge"] == 15 * 60
    opened = """{ viewer { operations { operation state reason stepUp { maxAge } }
      specialisedResources { code coordinate } } }"""
    answer = await gateway.ask("therapist", opened, second_factor=False)
    states = {one["operation"]: one for one in answer.data["viewer"]["operations"]}
    assert states["CLINICAL_DOCUMENT_DRAFT"]["state"] == "ALLOWED"
    assert states["CLINICAL_DOCUMENT_SIGN"]["state"] == "NEEDS_SECOND_FACTOR"
    assert states["CLINICAL_DOCUMENT_SIGN"]["stepUp"] == {"maxAge": 15 * 60}
    led = {one["coordinate"] for one in answer.data["viewer"]["specialisedResources"]} - {None}
    coordinates = {*gateway.application.operating.executor.graph.coordinates()}
    assert led
    assert led <= coordinates
    answer = await gateway.ask("therapist", opened)
    assert {one["state"] for one in answer.data["viewer"]["operations"]} == {"ALLOWED"}


async def test_access_that_could_be_handed_on_and_consent_that_is_missing_are_told(gateway: Gateway) -> None:
    answer = await told(gateway, "registrar", ["updateNote", "signNote"], ["note_1"])
    update, sign = answer.data["viewer"]["canAct"]
    assert (update["state"], update["reason"]) == ("NEEDS_GRANT", "ROLE")
    assert (sign["state"], sign["reason"]) == ("NOT_ALLOWED", "ROLE")


async def test_more_than_a_page_is_refused(ask: Ask) -> None:
    answer = await ask("therapist", ASK, {"acts": ["signNote"], "objects": [f"note_{key}" for key in range(51)]})
    (error,) = answer.errors
    assert (error["extensions"]["code"], error["extensions"]["most"]) == ("BAD_USER_INPUT", 50)


def test_acts_on_an_object_tell_of_it_and_have_a_name(gateway: Gateway) -> None:
    graph = gateway.application.operating.executor.graph
    root: Any = graph.core.mutation_type
    assert [*graph.core.type_map["ActName"].values] == [*root.fields]  # type: ignore[attr-defined]
    silent = {
        name
        for name, (_, made) in graph.acts().items()
        if not made.on and "id" in get_named_type(root.fields[name].args["input"].type).fields
    }
    assert silent == NOT_TOLD
