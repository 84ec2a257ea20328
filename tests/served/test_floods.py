"""Documents made to cost much: refused cleanly, before a store is asked, in time that grows no faster than they do."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from engine.request.documents import MAX_DOCUMENTS
from engine.request.request import Request
from tests.served.running import Running

NEW = {"accept": "application/graphql-response+json"}
# No measure of speed, only the bound after which something is taken to hang.
HANGS = 30
REFUSED = {
    "COST_ESTIMATED_TOO_EXPENSIVE",
    "MAX_TOKENS_LIMIT",
    "MAX_DEPTH_LIMIT",
    "MAX_REPEATS_LIMIT",
    "GRAPHQL_VALIDATION_FAILED",
    "GRAPHQL_PARSE_FAILED",
}


def codes(response: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in response.json().get("errors", [])}


async def statements(served: Running) -> dict[str, int]:
    """Statements of the last operation that the log tells of."""
    lines = [line for line in await served.log() if line["event"] == "request"]
    found: dict[str, int] = lines[-1].get("statements", {})
    return found


async def refused(served: Running, document: str, **variables: object) -> set[str]:
    """The codes of a document that is refused as a whole."""
    async with asyncio.timeout(HANGS):
        response = await served.send("census", document, variables, **NEW)
    assert response.status_code in {400, 413}, response.text[:500]
    assert "data" not in response.json()
    assert await statements(served) == {}
    return codes(response)


def chained(size: int, link: str) -> str:
    """Fragments each of which spreads the next one twice, by a template in which # is the next one's number."""
    fragments = [f"fragment f{n} on Practitioner {{ {link.replace('#', str(n + 1))} }}" for n in range(size)]
    last = f"fragment f{size} on Practitioner {{ id }}"
    return " ".join(('{ practitioner(by: {id: "prac_1"}) { ...f0 } }', *fragments, last))


def fanned(size: int) -> str:
    """2^size fields from some bytes a fragment."""
    return chained(size, "a: organization { id } ...f# ...f#")


def doubled(size: int) -> str:
    """The same with objects that nest, so that the cost itself grows with each."""
    return chained(size, "a: accreditations { supervisor { ...f# } } b: accreditations { supervisor { ...f# } }")


@pytest.mark.parametrize("size", [1, 5, 10, 20, 30, 50, 60, 100, 200])
async def test_fragments_that_fan_out_are_answered_or_refused_at_once(strict: Running, size: int) -> None:
    async with asyncio.timeout(HANGS):
        response = await strict.send("census", fanned(size), None, **NEW)
    assert response.status_code in {200, 400}
    assert codes(response) <= REFUSED


@pytest.mark.parametrize("size", [5, 8, 13, 20, 30, 40])
async def test_fragments_that_multiply_objects_are_refused(strict: Running, size: int) -> None:
    assert await refused(strict, doubled(size)) <= REFUSED


async def test_a_document_has_a_thousand_tokens_at_most(strict: Running) -> None:
    assert await refused(strict, f"{{ {many(999, 'a')} }}") == {"MAX_TOKENS_LIMIT"}
    fitting = await strict.send("anonymous", f"{{ {many(330, 'a#: __typename')} }}", None, **NEW)
    assert fitting.status_code == 200


async def test_the_time_for_fragments_grows_no_faster_than_their_number(strict: Running) -> None:
    async def best(size: int) -> float:
        spans = []
        for attempt in range(5):
            began = time.perf_counter()
            await strict.send("anonymous", fanned(size) + f" # {attempt}", None, **NEW)
            spans.append(time.perf_counter() - began)
        return min(spans)

    await best(2)
    few, many = await best(4), await best(32)
    # Eight times the fragments; doubling with each would be a factor of 2^28.
    assert many / few < 200


@pytest.mark.parametrize(
    "document",
    [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...c } fragment c on Query { ...a __typename }",
        "{ viewer { practitioner { ...p } } } fragment p on Practitioner { accreditations { supervisor { ...p } } }",
        "{ ...nothing }",
        "{ __typename } fragment unused on Query { __typename }",
        "{ ...a ...a } fragment a on Query { __typename } fragment a on Query { __typename }",
        "{ ... on Nothing { __typename } }",
    ],
)
async def test_fragments_that_go_round_or_nowhere_are_not_valid(strict: Running, document: str) -> None:
    assert await refused(strict, document) == {"GRAPHQL_VALIDATION_FAILED"}


async def test_many_names_for_one_costly_field_are_one_question_to_its_store(live: Running) -> None:
    names = " ".join(f"a{n}: accreditations {{ id }}" for n in range(120))
    answer = await live.ask("census", f'{{ practitioner(by: {{id: "prac_1"}}) {{ {names} }} }}')
    assert "errors" not in answer
    assert await statements(live) == {"registry": 1, "accreditation": 1}


PAGES = "practitioners(first: 100) { nodes { documents(first: 100) { nodes { id } } } }"
DEEPER = """practitioners(first: $n) { nodes { documents(first: $n) { nodes {
  owner { shifts(first: $n) { nodes { id } } } } } } }"""


def many(number: int, template: str) -> str:
    """A template so many times, its # the number."""
    return " ".join(template.replace("#", str(n)) for n in range(number))


def nested(number: int, before: str, inside: str, after: str) -> str:
    return before * number + inside + after * number


FLOODS: dict[str, Callable[[], str]] = {
    "1,000 names for a list": lambda: f"{{ {many(1_000, 'a#: practitioners(first: 100) { totalCount }')} }}",
    "names for a page of pages": lambda: f"{{ {many(9, 'a#: ' + PAGES)} }}",
    "names that conflict": lambda: f"{{ {many(300, 'a: n#')} }}",
    "names that exist and conflict": lambda: f"{{ {many(80, 'a: practitioners(first: #) { totalCount }')} }}",
    "inline fragments that conflict": lambda: (
        '{ node(id: "prac_1") {'
        + many(55, "... on Practitioner { a: fullName b: id } ... on Organization { a: name b: inn }")
        + "} }"
    ),
    "names of introspection": lambda: f"{{ {many(5, '__s#: ' + PAGES)} }}",
    "20,000 directives": lambda: "{ __typename " + "@include(if: true) " * 20_000 + "}",
    "directives on one field": lambda: "{ __typename " + "@skip(if: false) " * 140 + "}",
    "directives that nobody knows": lambda: "{ __typename " + "@a " * 450 + "}",
    "200,000 comments": lambda: "#\n" * 200_000 + "{ __typename }",
    "8,000 comments": lambda: "#\n" * 8_000 + "{ nothing }",
    "a megabyte of commas": lambda: "," * 1_000_000 + "{ __typename }",
    "a megabyte of text": lambda: f'{{ practitioner(by: {{registryNumber: "{"x" * 1_000_000}"}}) {{ id }} }}',
    "braces": lambda: "{a" * 5_000,
    "objects within objects": lambda: nested(
        60, "{ viewer { practitioner { accreditations { supervisor ", "{ id }", "}}}}"
    ),
    "lists within lists": lambda: f"query($a: {nested(400, '[', 'Int', ']')}) {{ __typename }}",
    "values within values": lambda: f"{{ practitioners(filter: {nested(300, '{a:', '1', '}')}) {{ totalCount }} }}",
    "inline fragments within each other": lambda: nested(150, "{ ... ", "{ __typename }", "}"),
    "variables": lambda: f"query({many(240, '$v#: Int')}) {{ __typename }}",
    "operations": lambda: many(190, "query q# { __typename }"),
    "a number of 5,000 digits": lambda: f"{{ practitioners(first: {'9' * 5_000}) {{ totalCount }} }}",
    "pages in pages": lambda: f"{{ {DEEPER.replace('$n', '100')} }}",
    "the size of a page in a default": lambda: f"query($n: Int = 100) {{ {DEEPER} }}",
}
# What is only odd, not costly, may be answered.
HARMLESS = {"directives on one field", "inline fragments within each other"}


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_is_refused_before_a_store_is_asked(strict: Running, name: str) -> None:
    document = FLOODS[name]()
    async with asyncio.timeout(HANGS):
        response = await strict.send("census", document, None, **NEW)
    known = REFUSED | {"REQUEST_TOO_LARGE", "OPERATION_RESOLUTION_FAILURE"}
    assert codes(response) <= known
    assert await statements(strict) == {}
    if name not in HARMLESS:
        assert response.status_code in {400, 413}, response.text[:300]
        assert codes(response)


PERSON = 'practitioner(by: {id: "prac_1"})'


def alike(number: int) -> dict[str, str]:
    """Documents that name so many fields alike at one place, within their bound of tokens."""
    fragments = many(number, "fragment f# on Practitioner { organization { id } }")
    halves = [f"fragment {name} on Practitioner {{ {'id ' * number} }}" for name in ("f", "g")]
    return {
        "a plain field": f"{{ {PERSON} {{ {'fullName ' * 2 * number} }} }}",
        "a plain field in two fragments": f"{{ {PERSON} {{ ...f ...g }} }} {' '.join(halves)}",
        "a field of fields": f"{{ {PERSON} {{ {'organization { id } ' * number} }} }}",
        "a field of fields in fragments": f"{{ {PERSON} {{ {many(number, '...f#')} }} }} {fragments}",
        "a field with arguments": f"{{ {f'{PERSON} {{ id }} ' * number} }}",
        "fields of fields alike": f"{{ {PERSON} {{ {'organization { id name inn ogrn } ' * number} }} }}",
    }


@pytest.mark.parametrize("name", alike(0))
async def test_fields_named_alike_are_compared_in_bounds(strict: Running, name: str) -> None:
    assert await refused(strict, alike(68)[name]) == {"MAX_REPEATS_LIMIT"}
    fitting = await strict.send("anonymous", alike(30)[name], None, **NEW)
    assert (fitting.status_code, codes(fitting)) == (200, set())


async def test_fields_alike_that_nest_are_compared_in_bounds(strict: Running) -> None:
    """Four of one name at each place are 64 at the fourth."""

    def nest(levels: int, width: int) -> str:
        inside = nest(levels - 1, width) if levels else "id"
        return f"organization {{ accreditation {{ supervisor {{ {inside} }} }} }} " * width

    assert await refused(strict, f"{{ {PERSON} {{ {nest(2, 4)} }} }}") == {"MAX_REPEATS_LIMIT"}


async def test_50_000_ids_are_refused_before_they_are_looked_at(strict: Running) -> None:
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    async with asyncio.timeout(HANGS):
        whole = await strict.send("census", document, {"ids": [f"prac_{n}" for n in range(50_000)]}, **NEW)
        fitting = await strict.send("census", document, {"ids": [f"prac_{n}" for n in range(4_000)]}, **NEW)
    assert (whole.status_code, codes(whole)) == (413, {"REQUEST_TOO_LARGE"})
    assert codes(fitting) <= {"BAD_USER_INPUT", "COST_ESTIMATED_TOO_EXPENSIVE"}
    assert codes(fitting)
    assert await statements(strict) == {}


async def test_the_cost_is_of_the_values_that_variables_have(strict: Running) -> None:
    document = "query($n: Int) { practitioners(first: $n) { nodes { documents(first: $n) { nodes { id } } } } }"
    small = await strict.send("anonymous", document, {"n": 2}, **NEW)
    assert small.status_code == 200
    big = f"query($n: Int) {{ {DEEPER} }}"
    assert await refused(strict, big, n=100) == {"COST_ESTIMATED_TOO_EXPENSIVE"}
    assert (await strict.send("anonymous", big, {"n": 2}, **NEW)).status_code == 200


async def test_somebody_else_is_answered_while_a_flood_comes_in(strict: Running) -> None:
    flood = [asyncio.create_task(strict.send("anonymous", f"{fanned(40)} # {n}", None, **NEW)) for n in range(15)]
    async with asyncio.timeout(HANGS):
        answer = await strict.ask("therapist", "{ viewer { practitioner { id } } }")
        await asyncio.gather(*flood)
    assert answer["data"]["viewer"]["practitioner"]["id"] == "prac_1"


def test_many_different_documents_do_not_stay_in_memory(strict: Running) -> None:
    operations = strict.application.operating.executor.operations
    for n in range(MAX_DOCUMENTS + 100):
        operations.prepare(Request(f"{{ a{n}: __typename }}"))
    assert len(operations) == MAX_DOCUMENTS
