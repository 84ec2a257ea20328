"""Values that cannot be: ids, pages, ranges, identifiers. Each gets null or one error that names the argument."""

import unicodedata
from typing import Any

import pytest

from tests.conftest import Answered, Ask

# None of these is the id of anything that the caller may see; all of them have to look alike.
NOT_IDS = [
    "prac_999999999", "prac_0", "prac_-1", "prac_01", "prac_+1", "prac_1 ", " prac_1", "prac_1\n", "PRAC_1", "prac",
    "prac_", "_1", "1", "", "prac_1_1", "prac-1", "prac_1.0", "prac_1e3", "prac_９", "prac_99999999999999999999",
    "nobody_1", "cHJhY18x", "' OR 1=1 --", "prac_1\x00", "💊", "x" * 5_000,
]  # fmt: skip
FOREIGN = ["org_1", "dept_1", "emp_1", "acc_1", "app_1", "doc_1", "shift_1"]
LOOKUPS = {
    "practitioner": "query($id: ID!) { found: practitioner(by: {id: $id}) { id } }",
    "organization": "query($id: ID!) { found: organization(by: {id: $id}) { id } }",
    "application": "query($id: ID!) { found: application(by: {id: $id}) { id } }",
    "document": "query($id: ID!) { found: document(id: $id) { id } }",
    "node": "query($id: ID!) { found: node(id: $id) { id } }",
}
OWN_PREFIX = {"practitioner": "prac", "organization": "org", "application": "app", "document": "doc"}


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("value", NOT_IDS)
async def test_what_is_no_id_finds_nothing_and_is_no_error(ask: Ask, name: str, value: str) -> None:
    answer = await ask("census", LOOKUPS[name], {"id": value})
    assert (answer.status, answer.body) == (200, {"data": {"found": None}})


@pytest.mark.parametrize("name", OWN_PREFIX)
async def test_the_id_of_another_type_finds_nothing(ask: Ask, name: str) -> None:
    for value in {*FOREIGN, "prac_1"}:
        answer = await ask("census", LOOKUPS[name], {"id": value})
        found = answer.data["found"]
        assert (found is not None) == (value.partition("_")[0] == OWN_PREFIX[name])
        assert answer.errors == []


async def test_an_object_that_may_not_be_seen_answers_like_one_that_is_not_there(ask: Ask) -> None:
    hidden = await ask("stranger", LOOKUPS["document"], {"id": "doc_1"})
    absent = await ask("stranger", LOOKUPS["document"], {"id": "doc_999999999"})
    assert hidden.body == absent.body == {"data": {"found": None}}


async def test_nodes_stand_in_the_order_of_their_ids_with_nothing_where_there_is_nothing(ask: Ask) -> None:
    ids = ["org_2", "nobody_1", "prac_2", "", "org_2", "doc_999999999", "prac_1"]
    answer = await ask("census", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert answer.errors == []
    assert [node and node["id"] for node in answer.data["nodes"]] == [
        "org_2",
        None,
        "prac_2",
        None,
        "org_2",
        None,
        "prac_1",
    ]


@pytest.mark.parametrize("number", [101, 200])
async def test_more_than_a_hundred_ids_are_refused(ask: Ask, number: int) -> None:
    ids = [f"prac_{key}" for key in range(1, number + 1)]
    refused(await ask("census", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}), "ids")


def refused(answer: Answered, argument: str) -> None:
    """One uniform refusal that names the argument; nothing was asked of a store for it."""
    (error,) = answer.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["argument"] == argument
    assert [part for part in error["extensions"]["path"] if isinstance(part, str)] == argument.split(".")
    assert error["extensions"]["finding"]
    assert answer.status == 200
    assert answer.statements.get("schedule", 0) == 0


CONNECTIONS = ["practitioners", "organizations", "applications", "documents"]


@pytest.mark.parametrize("size", [0, -1, 101, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("argument", ["first", "last"])
@pytest.mark.parametrize("name", CONNECTIONS)
async def test_a_page_has_1_to_100_rows(ask: Ask, name: str, argument: str, size: int) -> None:
    literal = await ask("census", f"{{ {name}({argument}: {size}) {{ nodes {{ id }} }} }}")
    variable = await ask("census", f"query($n: Int) {{ {name}({argument}: $n) {{ nodes {{ id }} }} }}", {"n": size})
    defaulted = await ask("census", f"query($n: Int = {size}) {{ {name}({argument}: $n) {{ nodes {{ id }} }} }}")
    for answer in (literal, variable, defaulted):
        refused(answer, argument)
        assert answer.data == {name: None}


@pytest.mark.parametrize("size", [2**31, 1.5, "10", True, [1], {"n": 1}])
async def test_a_size_that_is_no_int_is_refused_before_anything_is_executed(ask: Ask, size: Any) -> None:
    document = "query($n: Int) { practitioners(first: $n) { nodes { id } } }"
    answer = await ask("census", document, {"n": size})
    (error,) = answer.errors
    finding = {"finding": "OUT_OF_RANGE", "most": 2**31 - 1} if size == 2**31 else {"finding": "NOT_OF_TYPE"}
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "variable": "n", "path": ["n"], **finding}
    assert "data" not in answer.body
    assert answer.statements == {}


@pytest.mark.parametrize("size", [1, 100, None])
async def test_sizes_at_the_bounds_are_taken(ask: Ask, size: int | None) -> None:
    document = "query($n: Int) { practitioners(first: $n) { nodes { id } } }"
    answer = await ask("census", document, {"n": size})
    assert answer.errors == []
    assert len(answer.data["practitioners"]["nodes"]) == {1: 1, 100: 60, None: 20}[size]


async def test_first_and_last_together_are_refused(ask: Ask) -> None:
    refused(await ask("census", "{ practitioners(first: 1, last: 1) { nodes { id } } }"), "last")


SHIFTS = """query($from: DateTime, $to: DateTime) {
  practitioner(by: {id: "prac_1"}) { shifts(from: $from, to: $to) { nodes { id } } } }"""


@pytest.mark.parametrize(
    ("start", "end", "argument"),
    [
        ("2026-01-01T00:00:00Z", None, "to"),
        (None, "2026-01-01T00:00:00Z", "from"),
        ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "to"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "to"),
        ("2026-01-01T00:00:00Z", "2027-01-02T00:00:01Z", "to"),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "to"),
    ],
)
async def test_a_range_has_both_bounds_and_366_days_at_most(
    ask: Ask, start: str | None, end: str | None, argument: str
) -> None:
    refused(await ask("census", SHIFTS, {"from": start, "to": end}), argument)


async def test_a_range_of_366_days_and_no_range_are_taken(ask: Ask) -> None:
    longest = await ask("census", SHIFTS, {"from": "2026-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"})
    unbounded = await ask("census", SHIFTS)
    assert longest.errors == unbounded.errors == []


@pytest.mark.parametrize(
    "value",
    ["2026-11-21", "21.11.2026", "2026-11-21T09:00:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-14:00",
     "2026-11-21T24:00:00Z", "now", "", "２０２６-11-21T09:00:00Z", 1_700_000_000, None, [], {}],
)  # fmt: skip
async def test_an_instant_that_cannot_be_is_refused(ask: Ask, value: Any) -> None:
    document = (
        'query($at: DateTime!) { practitioner(by: {id: "prac_1"}) { shifts(from: $at, to: $at) { nodes { id } } } }'
    )
    answer = await ask("census", document, {"at": value})
    (error,) = answer.errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["variable"] == "at"


WRONG = [
    ("practitioner(by: {snils: $value})", "Snils", "112-233-445 96", "by.snils"),
    ("practitioner(by: {snils: $value})", "Snils", "11223344596", "by.snils"),
    ("practitioner(by: {snils: $value})", "Snils", "000-000-000 00", "by.snils"),
    ("practitioner(by: {snils: $value})", "Snils", "", "by.snils"),
    ("practitioners(filter: {snils: $value})", "Snils", "112-233-445 96", "filter.snils"),
    ("organization(by: {inn: $value})", "Inn", "7707083894", "by.inn"),
    ("organization(by: {inn: $value})", "Inn", "77070838930", "by.inn"),
    ("organization(by: {ogrn: $value})", "Ogrn", "1027700132196", "by.ogrn"),
    ("organization(by: {ogrn: $value})", "Ogrn", "3027700132195", "by.ogrn"),
    ("organization(by: {oid: $value})", "Oid", "1.2.643.", "by.oid"),
    ("organization(by: {oid: $value})", "Oid", "3.2.643.5.1", "by.oid"),
]


@pytest.mark.parametrize(("field", "kind", "value", "argument"), WRONG)
@pytest.mark.parametrize("way", ["literal", "variable", "object"])
async def test_a_wrong_checksum_names_its_argument_and_not_its_value(
    ask: Ask, way: str, field: str, kind: str, value: str, argument: str
) -> None:
    inner = "nodes { id }" if "filter" in field else "id"
    if way == "literal":
        variables: dict[str, Any] = {}
        document = f"{{ {field.replace('$value', f'{chr(34)}{value}{chr(34)}')} {{ {inner} }} }}"
    elif way == "variable":
        # An input of which exactly one field is given cannot be given null, so the variable must not be null.
        required = "!" if "by:" in field else ""
        document = f"query($value: {kind}{required}) {{ {field} {{ {inner} }} }}"
        variables = {"value": value}
    else:
        name, _, rest = field.partition("(")
        holder, _, member = rest.partition(": {")
        whole = {
            "practitioner": "PractitionerBy!",
            "organization": "OrganizationBy!",
            "practitioners": "PractitionerFilter",
        }[name]
        document = f"query($whole: {whole}) {{ {name}({holder}: $whole) {{ {inner} }} }}"
        variables = {"whole": {member.partition(":")[0]: value}}
    answer = await ask("census", document, variables)
    refused(answer, argument)
    assert not value or value not in str(answer.body)


@pytest.mark.parametrize(
    "spelling",
    [
        "{digits}",
        "{a}-{b}-{c} {d}",
        "{a}-{b}-{c}-{d}",
        " {digits} ",
        "{a} {b} {c} {d}",
        "{a}\u2011{b}\u2013{c}\u00a0{d}\u200b",
    ],
)
async def test_the_usual_spellings_of_a_number_are_taken(ask: Ask, spelling: str) -> None:
    mine = (await ask("therapist", "{ viewer { practitioner { id snils } } }")).data["viewer"]["practitioner"]
    digits = mine["snils"]
    value = spelling.format(digits=digits, a=digits[:3], b=digits[3:6], c=digits[6:9], d=digits[9:])
    document = "query($value: Snils!) { practitioner(by: {snils: $value}) { id } }"
    answer = await ask("census", document, {"value": value})
    assert answer.data == {"practitioner": {"id": mine["id"]}}


@pytest.mark.parametrize("spelling", ["АК-26-00000001", "ak\u201126\u201100000001", " Аk-26-0000\u00a00001"])
async def test_the_number_of_an_application_is_found_however_it_is_written(ask: Ask, spelling: str) -> None:
    mine = (await ask("applicant", '{ application(by: {id: "app_1"}) { number } }')).data["application"]["number"]
    written = spelling.replace("26", mine[3:5]) if mine.startswith("АК-") else ""
    document = "query($value: String!) { application(by: {number: $value}) { id number } }"
    answer = await ask("applicant", document, {"value": written})
    assert answer.data == {"application": {"id": "app_1", "number": mine}}


async def test_the_number_of_a_person_is_found_however_it_is_written(ask: Ask) -> None:
    document = "query($value: String!) { practitioner(by: {registryNumber: $value}) { id } }"
    for written in ("9900000002", "99 0000 0002", "\u200b9900000002\u00a0"):
        assert (await ask("census", document, {"value": written})).data == {"practitioner": {"id": "prac_2"}}


@pytest.mark.parametrize(
    "by",
    [
        {},
        {"id": None},
        {"id": "prac_1", "registryNumber": "1"},
        {"id": "prac_1", "snils": None},
        {"nothing": "1"},
        None,
        "prac_1",
        [],
    ],
)
async def test_a_lookup_takes_exactly_one_field(ask: Ask, by: Any) -> None:
    answer = await ask("census", "query($by: PractitionerBy!) { practitioner(by: $by) { id } }", {"by": by})
    assert answer.errors
    for error in answer.errors:
        assert (error["extensions"]["code"], error["extensions"]["path"][0]) == ("BAD_USER_INPUT", "by")
    assert "data" not in answer.body


@pytest.mark.parametrize("literal", ["{}", "{id: null}", '{id: "prac_1", registryNumber: "1"}', "null", '"prac_1"'])
async def test_a_literal_lookup_takes_exactly_one_field(ask: Ask, literal: str) -> None:
    answer = await ask("census", f"{{ practitioner(by: {literal}) {{ id }} }}")
    assert set(answer.codes) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("filter", "argument"),
    [
        ({"search": "x" * 101}, "filter.search"),
        ({"search": "а\x00б"}, "filter.search"),
        ({"specialty": ["31.08.49"] * 101}, "filter.specialty"),
        ({"specialty": ["\x00"]}, "filter.specialty"),
        ({"region": [""]}, "filter.region"),
    ],
)
async def test_a_filter_that_cannot_be_taken_is_named(ask: Ask, filter: dict[str, Any], argument: str) -> None:
    document = "query($filter: PractitionerFilter) { practitioners(filter: $filter) { nodes { id } totalCount } }"
    refused(await ask("census", document, {"filter": filter}), argument)


@pytest.mark.parametrize(
    ("filter", "told"),
    [
        ({"search": "x" * 101}, {"finding": "TOO_LONG", "path": ["filter", "search"], "most": 100}),
        ({"search": "а\x00б"}, {"finding": "ILL_FORMED", "path": ["filter", "search"]}),
        ({"specialty": ["31.08.49"] * 101}, {"finding": "TOO_MANY", "path": ["filter", "specialty"], "most": 100}),
        ({"specialty": ["31.08.49", "\x00"]}, {"finding": "ILL_FORMED", "path": ["filter", "specialty", 1]}),
        ({"region": ["7" * 101]}, {"finding": "TOO_LONG", "path": ["filter", "region", 0], "most": 100}),
        ({"specialty": ["7" * 65]}, {"finding": "TOO_LONG", "path": ["filter", "specialty", 0], "most": 64}),
        ({"bornFrom": "2026-01-02", "bornTo": "2026-01-01"}, {"finding": "OUT_OF_RANGE", "path": ["filter", "bornTo"]}),
    ],
)
async def test_the_bound_that_is_named_is_the_one_that_was_broken(
    ask: Ask, filter: dict[str, Any], told: dict[str, Any]
) -> None:
    document = "query($filter: PractitionerFilter) { practitioners(filter: $filter) { nodes { id } } }"
    (error,) = (await ask("census", document, {"filter": filter})).errors
    argument = ".".join(one for one in told["path"] if isinstance(one, str))
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument, "count": 1, **told}
    assert ("100" in error["message"] or "64" in error["message"]) == ("most" in told)


@pytest.mark.parametrize(("size", "bound"), [(0, {"least": 1}), (-5, {"least": 1}), (101, {"most": 100})])
async def test_the_bound_of_a_page_that_was_broken_is_named(ask: Ask, size: int, bound: dict[str, int]) -> None:
    (error,) = (await ask("census", f"{{ practitioners(last: {size}) {{ nodes {{ id }} }} }}")).errors
    told = {"code": "BAD_USER_INPUT", "argument": "last", "path": ["last"], "finding": "OUT_OF_RANGE", "count": 1}
    assert error["extensions"] == {**told, **bound}


async def test_a_search_is_counted_and_compared_once_it_is_plain(ask: Ask) -> None:
    document = (
        "query($filter: PractitionerFilter) { practitioners(first: 100, filter: $filter) { nodes { id familyName } } }"
    )
    everybody = (await ask("census", document)).data["practitioners"]["nodes"]
    name = next(one["familyName"] for one in everybody if {"й", "ё"} & set(one["familyName"]))
    wanted = (await ask("census", document, {"filter": {"search": name}})).data
    # As a Mac writes it, with soft hyphens, and longer than a hundred characters until it is plain.
    written = "\u00ad" * 120 + "\u200b".join(unicodedata.normalize("NFD", name)) + "\u00a0"
    answer = await ask("census", document, {"filter": {"search": written}})
    assert answer.data == wanted
    book = "query($search: String) { specialties(search: $search) { code } }"
    plain = (await ask("census", book, {"search": "терапия"})).data
    assert (await ask("census", book, {"search": "\ufeff те\u00adрапия\u00a0"})).data == plain


@pytest.mark.parametrize("search", ["", " ", "%", "_", "'", "\\", "%%%", "🙂", "\u202e", "Ω" * 100])
async def test_a_search_is_a_plain_text(ask: Ask, search: str) -> None:
    document = "query($filter: PractitionerFilter) { practitioners(filter: $filter) { nodes { id } } }"
    answer = await ask("census", document, {"filter": {"search": search}})
    assert answer.errors == []
    assert len(answer.data["practitioners"]["nodes"]) == (20 if not search.strip() else 0)


async def test_an_order_names_each_field_once(ask: Ask) -> None:
    terms = [{"field": "NAME"}, {"field": "NAME", "direction": "DESC"}]
    document = "query($by: [PractitionerOrder!]) { practitioners(orderBy: $by) { nodes { id } } }"
    refused(await ask("census", document, {"by": terms}), "orderBy")
