"""A service that says more than it was asked for, or something else, is believed in nothing but its own fields."""

from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import pytest

from engine.joining.slipping import slip_for
from tests.conftest import Gateway
from tests.gateway.joined.services import Made

WHO = "who { id fullName phone snils samples file }"
WORK = "fullName patronymic phone email snils organization { name } samples tools { name }"
MADE_UP = "made up by the service"
# What it adds to each object of its answers, whatever was asked for.
ADDED: dict[str, Any] = {
    **dict.fromkeys(("fullName", "patronymic", "phone", "email", "snils", "samples", "file", "badge"), MADE_UP),
    "organization": {"__typename": "Organization", "id": "org_1", "name": MADE_UP},
    "id": "prac_9",
    "__typename": "Practitioner",
    "who": {"__typename": "Practitioner", "id": "prac_9", "fullName": MADE_UP},
    "_kabinet_samples": slip_for("Practitioner.samples", "prac_2"),
    "_kabinet_file": True,
    "_kabinet_key_Practitioner_id": "prac_9",
    "_kabinet_type": "Practitioner",
    "_as_id": MADE_UP,
}
Bend = Callable[[dict[str, Any], str], None]


@pytest.fixture
def bent(lab: tuple[Made, str]) -> Iterator[Made]:
    """The laboratory, which is honest again afterwards."""
    service = lab[0]
    yield service
    service.bend = None


def added(value: Any) -> Any:
    """A value of which each object has more."""
    if isinstance(value, list):
        return [added(one) for one in value]
    return ADDED | {key: added(one) for key, one in value.items()} if isinstance(value, dict) else value


def add(answer: dict[str, Any], _text: str) -> None:
    answer["data"] = {**added(answer["data"]), "node": ADDED, "viewer": ADDED}


def of_entities(said: dict[str, Any]) -> Bend:
    """What is said of each entity."""

    def bend(answer: dict[str, Any], text: str) -> None:
        for values in answer["data"].values() if "_entities" in text else ():
            for one in filter(None, values):
                one.update(said)

    return bend


@pytest.mark.parametrize(
    ("who", "samples", "requests"),
    [
        ("anonymous", [None, None], 1),
        ("stranger", [None, None], 1),
        ("therapist", [1, None], 2),
        ("surgeon", [None, 2], 2),
    ],
)
async def test_a_service_cannot_make_out_a_slip(
    labs: Gateway, bent: Made, who: str, samples: list[int | None], requests: int
) -> None:
    """Whatever it adds to what it was asked for, it is asked once; of those whom the caller may read, once more."""
    document = f"{{ benches {{ {WHO} }} }}"
    honest = await labs.ask(who, document)
    bent.bend = add
    bent.asked.clear()
    answer = await labs.ask(who, document)
    assert len(bent.asked) == requests
    # Nobody is shown what it made up: whoever may read its fields is shown what it says when it is asked.
    assert MADE_UP not in answer.content.decode()
    assert (answer.data, answer.statements) == (honest.data, honest.statements)
    assert [one["who"]["samples"] for one in answer.data["benches"]] == samples
    shown = [{"__typename": "Practitioner", "id": f"prac_{number}"} for number in samples if number]
    assert bent.representations == shown


@pytest.mark.parametrize("who", ["anonymous", "therapist", "surgeon"])
async def test_a_service_speaks_of_nothing_that_it_was_not_asked_for(labs: Gateway, bent: Made, who: str) -> None:
    """Not where our answer is a null, nor where it was there before."""
    people = f'nodes(ids: ["prac_2", "prac_11", "prac_30"]) {{ __typename ... on Practitioner {{ {WORK} }} }}'
    staffed = "staffed { __typename samples ... on Bench { said: label } ... on Practitioner { said: phone } }"
    document = f"{{ {people} {staffed} }}"
    honest = await labs.ask(who, document)
    assert honest.data["staffed"][0]["said"] == "bench"
    bent.bend = add
    answer = await labs.ask(who, document)
    assert answer.data == honest.data
    assert answer.statements == honest.statements
    assert [error["path"] for error in answer.errors] == [error["path"] for error in honest.errors]


async def test_another_entity_of_ours_than_was_asked_for_is_found_out(labs: Gateway, bent: Made) -> None:
    """Whichever way it says whose it is, and whatever it says besides."""
    document = '{ node(id: "prac_2") { ... on Practitioner { samples fullName } } }'
    wrong: list[dict[str, Any]] = [
        {"_kabinet_key_Practitioner_id": "prac_1"},
        {"_kabinet_type": "Bench"},
        {"_kabinet_type": ["Practitioner"]},
    ]
    for said in wrong:
        bent.bend = of_entities(said)
        answer = await labs.ask("surgeon", document)
        assert answer.codes == ["SOURCE_CONTRADICTS"], said
        assert answer.data["node"] == {"samples": None, "fullName": "Воронцов Андрей Павлович"}
    # What it was not asked for is not what it says.
    for said in ({"id": "prac_1"}, {"__typename": "Patient"}):
        bent.bend = of_entities(said)
        answer = await labs.ask("surgeon", document)
        assert (answer.data["node"], answer.errors) == ({"samples": 2, "fullName": "Воронцов Андрей Павлович"}, [])


@pytest.mark.parametrize(
    "said",
    [
        {"__typename": "Patient", "id": "pat_1"},
        {"__typename": "Practitioner", "id": "pat_1"},
        {"__typename": "Node", "id": "pat_1"},
        {"__typename": ["Patient"], "id": "pat_1"},
        {"__typename": "Practitioner", "id": ["pat_1"]},
        {"__typename": "Practitioner", "id": {"id": "pat_1"}},
        {"__typename": "Viewer", "id": "viewer_1"},
        {"__typename": "Practitioner", "id": "prac_1' OR 1=1"},
        {"__typename": "Practitioner", "id": None},
    ],
)
async def test_no_object_of_ours_is_shown_in_the_place_of_another_kind(
    labs: Gateway, bent: Made, said: dict[str, Any]
) -> None:
    """The therapist treats the patient, and would see him."""
    seen = await labs.ask("therapist", '{ node(id: "pat_1") { ... on Patient { fullName } } }')
    assert seen.data["node"]["fullName"]

    def bend(answer: dict[str, Any], _text: str) -> None:
        for one in answer["data"].get("benches", ()):
            one["who"] = dict(said)

    bent.bend = bend
    document = "{ benches { who { registryNumber ... on Node { __typename ... on Patient { fullName } } } } }"
    answer = await labs.ask("therapist", document)
    assert [one["who"] for one in answer.data["benches"]] == [None, None]
    assert set(answer.statements) <= {"lab", "registry"}


NO_PLACES: dict[str, list[Any]] = {
    "words": ["benches", 0, MADE_UP],
    "words above": [MADE_UP, 0],
    "words below a value": ["benches", 0, "samples", MADE_UP],
    "before the first": ["benches", -1, "samples"],
    "a field that nobody asked for": ["benches", 0, "hidden"],
    "a field of ours": ["benches", 0, "who", "phone"],
}


@pytest.mark.parametrize("name", NO_PLACES)
@pytest.mark.parametrize("lost", [False, True])
async def test_the_place_of_an_error_is_no_place_for_words(labs: Gateway, bent: Made, name: str, lost: bool) -> None:
    def bend(answer: dict[str, Any], text: str) -> None:
        if "benches" in text:
            answer["errors"] = [{"message": MADE_UP, "path": NO_PLACES[name]}]
            answer["data"] = {"benches": None} if lost else answer["data"]

    document = "{ benches { samples who { phone } } }"
    honest = await labs.ask("surgeon", document)
    bent.bend = bend
    answer = await labs.ask("surgeon", document)
    assert MADE_UP not in answer.content.decode()
    assert answer.data == ({"benches": None} if lost else honest.data)
    told = [error for error in answer.errors if error["extensions"]["code"] == "SOURCE_UNAVAILABLE"]
    assert [error["path"] for error in told] == [["benches"] if lost else []]


async def test_an_error_that_is_said_again_counts_once(labs: Gateway, bent: Made) -> None:
    def bend(answer: dict[str, Any], _text: str) -> None:
        answer["data"]["benches"][0]["samples"] = None
        answer["errors"] = [{"message": MADE_UP, "path": ["benches", 0, "samples"]}] * 1_000

    bent.bend = bend
    answer = await labs.ask("surgeon", "{ benches { samples } }")
    (error,) = answer.errors
    assert (error["path"], error["extensions"]["count"]) == (["benches", 0, "samples"], 1)
    assert answer.data == {"benches": [{"samples": None}, {"samples": 100}]}


async def test_an_answer_that_is_all_faults_is_gone_through_once(labs: Gateway, bent: Made) -> None:
    """It takes seconds of nobody else: what is told is bounded, and no fault is looked for among all others."""

    def bend(answer: dict[str, Any], _text: str) -> None:
        answer["data"]["benches"] = [{"samples": MADE_UP}] * 60_000
        answer["errors"] = [{"path": ["benches", number, "label"]} for number in range(30_000)]

    bent.bend = bend
    began = process_time()
    answer = await labs.ask("surgeon", "{ benches { samples label } }")
    assert process_time() - began < 10
    assert answer.data == {"benches": None}
    assert set(answer.codes) <= {"SOURCE_CONTRADICTS", "SOURCE_UNAVAILABLE"}
    assert answer.codes


async def test_a_service_cannot_make_us_read_more_than_an_operation_may(labs: Gateway, bent: Made) -> None:
    """However many of our objects it refers to."""

    def bend(answer: dict[str, Any], _text: str) -> None:
        who = [{"__typename": "Practitioner", "id": f"prac_{number}"} for number in range(1, 20_100)]
        answer["data"]["benches"] = [{"who": one} for one in who]

    bent.bend = bend
    answer = await labs.ask("surgeon", "{ benches { who { phone } } }")
    assert set(answer.codes) == {"COST_ESTIMATED_TOO_EXPENSIVE"}
    assert {one["who"]["phone"] for one in answer.data["benches"]} == {None}
    assert "registry" not in answer.statements
