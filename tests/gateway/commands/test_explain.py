"""`kabinet explain`: the plan of an operation for one of the cast, and who may read a field."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import Permission
from auth.policy import POLICY
from engine.request.request import Request
from gateway.access import ROLES
from gateway.commands.explain import explained
from gateway.commands.main import main
from gateway.commands.readership import readers
from gateway.settings import STORES, Settings
from schema.built import graph
from tests.conftest import Gateway

EXAMPLES = Path(__file__).parents[3] / "gateway" / "static" / "examples"
CARD = str(EXAMPLES / "card.graphql")
FIRST = '{"id": "prac_1"}'
WIDE = "{ practitioners(first: 100) { nodes { shifts(first: 100) { nodes { practitioner { phone } } } } } }"
Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Explain:
    """The exit code and what is printed, on a machine where nothing was ever started."""
    for name in ("KABINET_PROFILE", "KABINET_EXECUTOR", *STORES.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KABINET_DATA", str(tmp_path / "data"))

    def explained(*arguments: str, sent: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kabinet", "explain", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent.encode())))
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code if isinstance(left.value.code, int) else 0, told.out, told.err

    return explained


@pytest.fixture
def over_the_village(explain: Explain, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Explain:
    """The same over the stores of the tests."""
    monkeypatch.setenv("KABINET_PROFILE", "demo")
    monkeypatch.setenv("KABINET_DATA", str(settings.data))
    for store, name in STORES.items():
        monkeypatch.setenv(name, settings.urls[store])
    monkeypatch.setenv("KABINET_DEADLINE", "60")
    monkeypatch.setenv("KABINET_STORE_DEADLINE", "30")
    return explain


def test_a_plan_is_told_for_one_of_the_cast(over_the_village: Explain) -> None:
    code, out, err = over_the_village("--as", "head", CARD, "--variables", FIRST)
    assert (code, err) == (0, "")
    for said in (
        "as head (LNK, DOC, HED) at ",
        "compiled, statements: 2\n",
        "└─ practitioner(by: { id: $id }) → Practitioner\n",
        "│  statement 1: registry, practitioner.lookup\n",
        "folded    into statement 1\n",
        "columns   organization.id, organization.name, organization.ogrn\n",
        "rule      org (organization_ids) or own (id), practitioner:contact:read: phone, email\n",
        "statement 2: accreditation, accreditation.of_practitioner\n",
        "rows by   institution (kind) or org (organization_ids) or own (practitioner_id),",
    ):
        assert said in out, out


def test_a_plan_tells_what_is_refused_and_why(over_the_village: Explain) -> None:
    _, out, _ = over_the_village("--as", "support", CARD, "--variables", FIRST)
    assert "refused   phone: ROLE, practitioner:contact:read\n" in out
    assert "refused   snils: MASKED, practitioner:identity:read\n" in out
    document = '{ practitioner(by: {id: "prac_1"}) { snils } }'
    for way, said in (("--second-factor", "rule      "), ("--no-second-factor", "with a second factor")):
        _, out, _ = over_the_village("--as", "registrar", way, "-", sent=document)
        assert said in out


def test_acts_are_told_in_their_order_with_what_is_read_for_their_payloads(over_the_village: Explain) -> None:
    document = """mutation { submitApplication(input: {id: "app_1", expectedVersion: 1}) {
    receipt { number } application { stage applicant { fullName } } }
    again: withdrawApplication(input: {id: "app_1", expectedVersion: 2}) { application { id } }
    claimApplication(input: {id: "app_1"}) { application { id } } }"""
    code, out, err = over_the_village("--as", "therapist", "-", sent=document)
    assert (code, err) == (0, "")
    for said in (
        "compiled, statements: 3\n",
        "refused   claimApplication: ROLE, application:case:claim\n",
        '├─ submitApplication(input: { id: "app_1", expectedVersion: 1 }) → SubmissionPayload\n',
        "│  │  act       submitting.submit, application:file:write\n",
        "│  └─ application → AccreditationApplication\n",
        "statement 1: accreditation, application.by_id\n",
        "└─ again = Mutation.withdrawApplication(",
        "statement 3: accreditation, application.by_id\n",
    ):
        assert said in out, out


def test_what_nobody_signed_in_would_get_is_told_without_a_store(explain: Explain, tmp_path: Path) -> None:
    variables = tmp_path / "variables.json"
    variables.write_text(FIRST)
    code, out, _ = explain(CARD, "--variables", str(variables))
    assert code == 0
    assert out.startswith("as anonymous (NOB) at ")
    assert "SIGN_IN" in out
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_document_can_come_from_standard_input_and_have_several_operations(explain: Explain) -> None:
    document = "query A { viewer { roles { name } } } query B($id: ID!) { node(id: $id) { id } }"
    code, out, _ = explain("-", "--operation", "B", "--variables", '{"id": "org_1"}', sent=document)
    assert code == 0
    assert "└─ node(id: $id) → Organization" in out


@pytest.mark.parametrize(
    ("document", "arguments", "code"),
    [
        ("{ viewer {", [], "GRAPHQL_PARSE_FAILED"),
        ("{ nobody }", [], "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { node(id: $id) { id } }", [], "BAD_USER_INPUT"),
        ("query A { viewer { roles { name } } }", ["--operation", "B"], "OPERATION_RESOLUTION_FAILURE"),
        (WIDE, [], "COST_ESTIMATED_TOO_EXPENSIVE"),
        ('{ practitioners(orderBy: [{field: BIRTH_ON}]) { totalCount } }', [], "UNAUTHORIZED_FIELD_OR_TYPE"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_operation_is_told(
    explain: Explain, document: str, arguments: list[str], code: str
) -> None:
    left, out, err = explain("-", *arguments, sent=document)
    assert (left, out) == (1, "")
    assert err.startswith(f"kabinet: {code}: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--field"),
        ([CARD, "--field", "Practitioner.snils"], "--field"),
        (["nowhere.graphql"], "nowhere.graphql: No such file"),
        ([str(EXAMPLES)], "directory"),
        ([CARD, "--variables", "{"], "--variables: expected a JSON object"),
        ([CARD, "--variables", CARD], "--variables: expected a JSON object"),
        ([CARD, "--as", "somebody"], "expected one of therapist"),
        (["--field", "Practitioner.snls"], "near it: Practitioner.snils"),
        (["--field", "Node.id"], "Practitioner.id"),
        (["--field", "x"], "there is no field"),
    ],
)
def test_what_cannot_be_explained_is_one_clear_refusal(explain: Explain, arguments: list[str], told: str) -> None:
    code, out, err = explain(*arguments)
    assert (code, out) == (2, "")
    assert told in err


def test_an_operation_without_a_plan_says_why(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, _ = explain("-", sent="{ __schema { queryType { name } } }")
    assert "by the reference executor, without a plan: it asks for the schema itself" in out
    monkeypatch.setenv("KABINET_EXECUTOR", "reference")
    _, out, _ = explain("-", sent="{ specialties { name } }")
    assert "by the reference executor, without a plan: KABINET_EXECUTOR=reference" in out


def test_who_reads_a_field_is_told_with_rule_second_factor_and_mask(explain: Explain) -> None:
    code, out, _ = explain("--field", "Practitioner.snils")
    assert code == 0
    read, masked = out.split("Practitioner.snilsMasked")
    assert "practitioner:identity:read" in read
    assert "  HRR" in read
    assert "org (organization_ids): The row belongs to an organisation where the viewer holds the role." in read
    assert "second\n" in read or "second factor" in read
    assert "SUPP" not in read
    assert "practitioner:identity:masked" in masked
    assert "SUPP" in masked


@pytest.mark.parametrize("coordinate", [*graph().coordinates(), *graph().input_guards])
def test_every_coordinate_names_the_roles_of_its_permission(coordinate: str) -> None:
    text = "\n".join(readers(coordinate))
    built = graph()
    permission = built.input_guards.get(coordinate) or built.permission_of(coordinate)
    if permission is None:
        assert "public" in text
        return
    assert permission in text
    named = {role for role in ROLES if role in {word.strip(",") for word in text.split()}}
    keys = {} if coordinate in built.input_guards else built.types[coordinate.partition(".")[0]].declaration.keys
    due = {
        role
        for role, clauses in POLICY[Permission(permission)].items()
        if role in ROLES and any(keys.get(clause.rule, "") is not None for clause in clauses)
    }
    assert due <= named


async def test_the_demo_tells_the_plan_beside_the_answer_when_it_is_asked_to(gateway: Gateway) -> None:
    document = (EXAMPLES / "cabinet.graphql").read_text()
    headers = {"authorization": f"Bearer {gateway.token('therapist')}"}

    async def asked(**more: Any) -> dict[str, Any]:
        response = await gateway.client.post("/graphql", json={"query": document, **more}, headers=headers)
        found: dict[str, Any] = response.json()
        return found

    plain, told = await asked(), await asked(extensions={"plan": True})
    assert plain == {"data": told["data"]}
    plan = told["extensions"]["plan"]
    assert (plan["executor"], [step["field"] for step in plan["steps"]]) == ("compiled", ["Query.viewer"])
    assert (await asked(extensions={"plan": "yes"})) == plain
    got = await gateway.client.get(
        "/graphql", params={"query": "{ __typename }", "extensions": json.dumps({"plan": True})}
    )
    assert got.json()["extensions"]["plan"]["statements"] == 0


@pytest.mark.parametrize("name", ["card", "cabinet", "stores"])
@pytest.mark.parametrize("persona", ["therapist", "head", "regulator", "anonymous"])
async def test_as_many_statements_are_made_as_the_plan_says(gateway: Gateway, name: str, persona: str) -> None:
    request = {
        "query": (EXAMPLES / f"{name}.graphql").read_text(),
        "variables": json.loads(FIRST),
        "extensions": {"plan": True},
    }
    made: list[int] = []
    operating = gateway.application.operating
    inner = operating.operate

    async def observed(*given: Any) -> Any:
        answer = await inner(*given)
        made.append(sum(given[2].statements.values()))
        return answer

    operating.operate = observed  # type: ignore[assignment,method-assign]
    headers = {} if persona == "anonymous" else {"authorization": f"Bearer {gateway.token(persona)}"}
    try:
        answer = (await gateway.client.post("/graphql", json=request, headers=headers)).json()
    finally:
        operating.operate = inner  # type: ignore[method-assign]
    assert made[0] <= answer["extensions"]["plan"]["statements"]
    if persona == "therapist":
        assert made[0] == answer["extensions"]["plan"]["statements"]


BOOKINGS = """{
  first: bookings(of: PATIENT, first: 1) { totalCount nodes { id } }
  second: bookings(of: PATIENT, first: 2) { nodes { id slot { booking { id } } } }
  viewer { bookings(first: 3) { nodes { id } } }
}"""


async def test_what_the_patients_own_bookings_take_is_told_and_asked_once_for_all_lists(
    gateway: Gateway, settings: Settings
) -> None:
    answer = await gateway.ask("patient", BOOKINGS)
    assert answer.errors == []
    assert answer.data["first"]["nodes"]
    assert answer.statements["clinical"] == 1
    found = await explained(settings, Request(BOOKINGS, None, {}), "patient", second_factor=True)
    assert found.plan is not None
    assert found.plan["statements"] == sum(answer.statements.values())
    # Nobody asks for the patients of whoever does not read as one.
    answer = await gateway.ask("head", "{ viewer { bookings(first: 1) { nodes { id } } } }")
    assert "clinical" not in answer.statements
