"""Organisations and people are found by what is known of them: names, short names, numbers, regions."""

import pytest

from sources.books import BOOKS
from tests.conftest import Ask, Gateway
from tests.schema.rows import otherwise, rows

PLACES = """query($s: String, $r: [String!]) {
  organizations(filter: {search: $s, region: $r}, first: 100) { totalCount nodes { id } } }"""
PEOPLE = """query($s: String, $r: [String!]) {
  practitioners(filter: {search: $s, region: $r}, first: 100) { totalCount nodes { id } } }"""
STAFF = """query($s: String) { organization(by: {id: "org_1"}) {
  staff(filter: {search: $s}, first: 100) { totalCount nodes { practitioner { id } } } } }"""
FIRST = "SELECT name, short_name, ogrn, inn, oid FROM organization WHERE id = 1"


async def places(ask: Ask, **given: object) -> list[str]:
    """The organisations that are found, of which none is counted twice."""
    answer = await ask("anonymous", PLACES, given)
    assert answer.errors == []
    assert answer.statements == {"registry": 2}
    found = [node["id"] for node in answer.data["organizations"]["nodes"]]
    assert answer.data["organizations"]["totalCount"] == len(found) == len(set(found))
    return found


@pytest.mark.parametrize(
    ("column", "spoken"),
    [
        ("name", str),
        ("name", str.upper),
        ("short_name", str),
        ("short_name", str.lower),
        ("short_name", lambda text: f"  {text[:3]}\u00a0 {text[3:]} ".replace("  ", " ")),
        ("ogrn", str),
        ("ogrn", lambda text: f"{text[0]}-{text[1:5]} {text[5:]}"),
        ("ogrn", lambda text: text[:12]),
        ("inn", str),
        ("oid", str),
    ],
)
async def test_an_organisation_is_found_by_any_of_its_names_and_numbers(
    ask: Ask, gateway: Gateway, column: str, spoken: object
) -> None:
    (row,) = await rows(gateway, "registry", FIRST)
    assert callable(spoken)
    assert await places(ask, s=spoken(row[column])) == ["org_1"]


async def test_short_names_are_folded_as_names_are(ask: Ask, gateway: Gateway) -> None:
    async with otherwise(gateway, "organization", 2, "short_name", "МЁД \u00a0 Центр  Щёлково"):
        assert await places(ask, s="мед центр щел") == ["org_2"]
        assert await places(ask, s="МЁД центр Щёлково") == ["org_2"]
    async with otherwise(gateway, "organization", 2, "short_name", None):
        assert await places(ask, s="мед центр") == []


async def test_an_empty_search_leaves_nobody_out(ask: Ask, gateway: Gateway) -> None:
    everything = await places(ask)
    assert len(everything) == len(await rows(gateway, "registry", "SELECT FROM organization WHERE closed_on IS NULL"))
    for nothing in ("", "   ", "\u200b"):
        assert await places(ask, s=nothing) == everything


async def test_a_page_of_what_is_found_goes_on_where_it_ended(ask: Ask) -> None:
    text = """query($after: String) { organizations(filter: {search: "г"}, first: 1, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } } }"""
    found, cursor, more = [], None, True
    while more:
        page = (await ask("anonymous", text, {"after": cursor})).data["organizations"]
        found += [node["id"] for node in page["nodes"]]
        more, cursor = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert found == await places(ask, s="г")
    assert len(found) > 1


async def test_people_are_found_by_their_number_in_the_register(ask: Ask, gateway: Gateway) -> None:
    (row,) = await rows(gateway, "registry", "SELECT registry_number, sort_name FROM practitioner WHERE id = 1")
    number = row["registry_number"]
    for spoken in (number, f" {number[:2]} {number[2:]} ", number.removesuffix("1")):
        answer = await ask("anonymous", PEOPLE, {"s": spoken})
        assert "prac_1" in {node["id"] for node in answer.data["practitioners"]["nodes"]}
    exact = await ask("anonymous", PEOPLE, {"s": number})
    assert exact.data["practitioners"] == {"totalCount": 1, "nodes": [{"id": "prac_1"}]}
    staff = await ask("head", STAFF, {"s": number})
    assert staff.data["organization"]["staff"] == {"totalCount": 1, "nodes": [{"practitioner": {"id": "prac_1"}}]}
    nobody = await ask("anonymous", PEOPLE, {"s": f"{number}0"})
    assert nobody.data["practitioners"]["totalCount"] == 0


async def test_regions_are_asked_for_as_they_are_answered(ask: Ask) -> None:
    text = '{ organization(by: {id: "org_1"}) { region federalSubject { code name bookVersion } } }'
    shown = (await ask("anonymous", text)).data["organization"]
    assert shown["federalSubject"] == {"code": "77", "name": shown["region"], "bookVersion": BOOKS.regions.version}
    by_code = await places(ask, r=["77"])
    assert "org_1" in by_code
    for spoken in (shown["region"], f"  {shown['region'].upper()} "):
        assert await places(ask, r=[spoken]) == by_code
    people = (await ask("anonymous", PEOPLE, {"r": ["77"]})).data
    assert people["practitioners"]["totalCount"] > 0
    assert (await ask("anonymous", PEOPLE, {"r": [shown["region"]]})).data == people
    assert await places(ask, r=["нет такого"]) == []


async def test_the_book_of_regions_can_be_read_and_searched(ask: Ask) -> None:
    whole = (await ask("anonymous", "{ regions { code name bookVersion } }")).data["regions"]
    assert len(whole) == len(BOOKS.regions.entries) > 80
    assert {"code": "77", "name": "Москва", "bookVersion": BOOKS.regions.version} in whole
    found = (await ask("anonymous", '{ regions(search: "твер") { code } }')).data["regions"]
    assert found == [{"code": "69"}]
    assert (await ask("anonymous", '{ regions(search: "54") { code } }')).data["regions"] == [{"code": "54"}]


async def test_a_medicine_and_a_service_are_picked_from_their_books(ask: Ask) -> None:
    text = """query($s: String, $n: Int! = 20) { medicines(search: $s, first: $n) {
        code name inn control forms unit dose most bookVersion } }"""
    (one,) = (await ask("anonymous", text, {"s": "морфин раствор"})).data["medicines"]
    assert {name: one[name] for name in ("code", "inn", "control", "forms", "bookVersion")} == {
        "code": "N02AA01.1", "inn": "Морфин", "control": "LIST_II", "forms": ["F107_NP"],
        "bookVersion": BOOKS.medicines.version,
    }  # fmt: skip
    (plain,) = (await ask("anonymous", text, {"s": "табл амлодипин"})).data["medicines"]
    assert (plain["code"], plain["name"]) == ("C08CA01.1", "Амлодипин, таблетки, 5 мг")
    assert (plain["control"], plain["forms"]) == ("NONE", ["F107_1", "F148_1_04"])
    assert (plain["unit"], plain["dose"]) == ("mg", "5")
    assert len((await ask("anonymous", text)).data["medicines"]) == 20
    few = (await ask("anonymous", text, {"s": "a10", "n": 2})).data["medicines"]
    assert [found["code"] for found in few] == ["A10BA02.1", "A10BA02.2"]
    for n, bound in ((0, {"least": 1}), (101, {"most": 100})):
        (fault,) = (await ask("anonymous", text, {"n": n})).errors
        assert fault["extensions"].items() >= {"argument": "first", "finding": "OUT_OF_RANGE", **bound}.items()
    text = """query($s: String, $d: Direction) { services(search: $s, direction: $d, first: 100) {
        code name direction modality measures } }"""
    seen = (await ask("anonymous", text, {"s": "ультразвуковое щитовидной"})).data["services"]
    assert [(found["code"], found["direction"], found["modality"]) for found in seen] == [
        ("A04.22.001", "RADIATION_DIAGNOSTICS", "US")
    ]
    surgery = (await ask("anonymous", text, {"d": "SURGERY"})).data["services"]
    assert {found["code"][:3] for found in surgery} == {"A16"}
    assert (await ask("anonymous", text, {"s": "A04", "d": "SURGERY"})).data["services"] == []
    pulse = (await ask("anonymous", text, {"s": "A02.12.001"})).data["services"]
    assert [(found["direction"], found["measures"]) for found in pulse] == [(None, ["8867-4"])]


@pytest.mark.parametrize(
    "given", [{"r": [""]}, {"r": ["x" * 101]}, {"r": ["77"] * 101}, {"r": ["\x00"]}, {"s": "x" * 101}, {"s": "\x00"}]
)
@pytest.mark.parametrize("text", [PLACES, PEOPLE])
async def test_what_can_be_neither_is_refused(ask: Ask, text: str, given: dict[str, object]) -> None:
    answer = await ask("anonymous", text, given)
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["argument"] == f"filter.{'region' if 'r' in given else 'search'}"
