"""Walks through lists in both directions, and cursors that are not of the list they are given to."""

import base64
from typing import Any

import pytest

from tests.conftest import Answered, Ask

PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }"

# Lists with ties in what they are ordered by: kinds, statuses, titles and days repeat.
LISTS = {
    "practitioners": "practitioners({})",
    "practitioners by birth, falling": "practitioners(orderBy: [{{field: BIRTH_ON, direction: DESC}}], {})",
    "practitioners by name, falling": "practitioners(orderBy: [{{field: NAME, direction: DESC}}], {})",
    "practitioners of one organisation": 'practitioners(filter: {{organization: "org_1"}}, {})',
    "organizations": "organizations({})",
    "applications": "applications({})",
    "documents": "documents({})",
    "documents by title": "documents(orderBy: [{{field: TITLE}}], {})",
    "documents by title and size": "documents(orderBy: [{{field: TITLE}}, {{field: BYTE_SIZE, direction: DESC}}], {})",
    "documents by size, falling": "documents(orderBy: [{{field: BYTE_SIZE, direction: DESC}}], {})",
    "documents of two kinds": "documents(filter: {{kind: [PASSPORT, DIPLOMA]}}, {})",
}


def arguments(size: int, cursor: str | None, *, backward: bool) -> str:
    size_name, cursor_name = ("last", "before") if backward else ("first", "after")
    place = f', {cursor_name}: "{cursor}"' if cursor else ""
    return f"{size_name}: {size}{place}"


async def walked(ask: Ask, template: str, size: int, *, backward: bool = False) -> tuple[list[str], set[int]]:
    """Every row of a list, in the list's own order, page by page; and what each page said the total is."""
    ids: list[str] = []
    totals: set[int] = set()
    cursor = None
    while True:
        answer = await ask(
            "census", f"{{ page: {template.format(arguments(size, cursor, backward=backward))} {{ {PAGE} }} }}"
        )
        assert answer.errors == []
        page = answer.data["page"]
        info, edges = page["pageInfo"], page["edges"]
        found = [edge["node"]["id"] for edge in edges]
        assert info["startCursor"] == (edges[0]["cursor"] if edges else None)
        assert info["endCursor"] == (edges[-1]["cursor"] if edges else None)
        assert info["hasPreviousPage" if not backward else "hasNextPage"] == (cursor is not None)
        assert len(found) == size or not info["hasNextPage" if not backward else "hasPreviousPage"]
        ids = found + ids if backward else ids + found
        totals.add(page["totalCount"])
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return ids, totals
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("name", LISTS)
async def test_walks_of_any_step_from_either_end_give_the_whole_list(ask: Ask, name: str) -> None:
    whole, totals = await walked(ask, LISTS[name], 100)
    assert len(set(whole)) == len(whole)
    assert totals == {len(whole)}
    size = 1 if len(whole) <= 20 else 19
    assert await walked(ask, LISTS[name], size) == (whole, totals)
    assert await walked(ask, LISTS[name], size, backward=True) == (whole, totals)


async def test_the_village_has_ties_in_what_lists_are_ordered_by(ask: Ask) -> None:
    answer = await ask("census", "{ documents(first: 100, orderBy: [{field: TITLE}]) { nodes { title } } }")
    titles = [node["title"] for node in answer.data["documents"]["nodes"]]
    assert titles == sorted(titles)
    assert len(set(titles)) < len(titles)


@pytest.mark.parametrize("name", ["documents", "applications", "shifts"])
async def test_lists_of_one_person_are_walked_like_any_other(ask: Ask, name: str) -> None:
    async def page(place: str) -> Any:
        document = f'{{ practitioner(by: {{id: "prac_1"}}) {{ page: {name}({place}) {{ {PAGE} }} }} }}'
        return (await ask("census", document)).data["practitioner"]["page"]

    ids: list[str] = []
    found = await page(arguments(3, None, backward=False))
    while found["pageInfo"]["hasNextPage"]:
        ids += [edge["node"]["id"] for edge in found["edges"]]
        found = await page(arguments(3, found["pageInfo"]["endCursor"], backward=False))
    ids += [edge["node"]["id"] for edge in found["edges"]]
    whole = await page("first: 100")
    assert ids == [edge["node"]["id"] for edge in whole["edges"]]
    assert len(set(ids)) == len(ids) == whole["totalCount"]


async def test_before_and_after_together_are_a_window(ask: Ask) -> None:
    whole = (await ask("census", f"{{ practitioners(first: 9) {{ {PAGE} }} }}")).data["practitioners"]["edges"]
    bounds = f'after: "{whole[1]["cursor"]}", before: "{whole[7]["cursor"]}"'
    for size in ("first: 20", "last: 20"):
        answer = await ask("census", f"{{ practitioners({size}, {bounds}) {{ {PAGE} }} }}")
        found = [edge["node"]["id"] for edge in answer.data["practitioners"]["edges"]]
        assert found == [edge["node"]["id"] for edge in whole[2:7]]


async def test_a_page_after_the_last_row_is_empty_and_no_error(ask: Ask) -> None:
    last = (await ask("census", f"{{ organizations(last: 1) {{ {PAGE} }} }}")).data["organizations"]["pageInfo"]
    answer = await ask("census", f'{{ organizations(after: "{last["endCursor"]}") {{ {PAGE} }} }}')
    page = answer.data["organizations"]
    assert answer.errors == []
    assert page["edges"] == []
    assert page["pageInfo"]["startCursor"] is page["pageInfo"]["endCursor"] is None
    assert page["totalCount"] == 3


DOCUMENTS = """query($after: String, $filter: DocumentFilter, $by: [DocumentOrder!], $size: Int = 2) {
  documents(first: $size, after: $after, filter: $filter, orderBy: $by) { pageInfo { endCursor } nodes { id } } }"""


async def cursor_of(ask: Ask, persona: str = "therapist", **variables: Any) -> str:
    answer = await ask(persona, DOCUMENTS, variables)
    found: str = answer.data["documents"]["pageInfo"]["endCursor"]
    return found


FOREIGN = {"code": "BAD_USER_INPUT", "argument": "after", "finding": "FOREIGN_CURSOR", "path": ["after"], "count": 1}


def uniform(answer: Answered) -> dict[str, Any]:
    """The error of an answer to a bad cursor, the same for every kind of bad."""
    (error,) = answer.errors
    assert error["extensions"] == FOREIGN
    assert answer.status == 200
    assert answer.statements == {}
    return dict(error)


async def test_a_cursor_is_good_for_its_own_list_whatever_the_page_size(ask: Ask) -> None:
    cursor = await cursor_of(ask)
    answer = await ask("therapist", DOCUMENTS, {"after": cursor, "size": 5})
    assert answer.errors == []


async def test_a_cursor_of_another_viewer_list_filter_or_order_is_refused_and_all_alike(ask: Ask) -> None:
    cursor = await cursor_of(ask)
    other_list = "query($after: String) { viewer { practitioner { documents(after: $after) { nodes { id } } } } }"
    answers = [
        await ask("surgeon", DOCUMENTS, {"after": cursor}),
        await ask("census", DOCUMENTS, {"after": cursor}),
        await ask("therapist", DOCUMENTS, {"after": cursor, "filter": {"kind": ["PASSPORT"]}}),
        await ask("therapist", DOCUMENTS, {"after": cursor, "by": [{"field": "TITLE"}]}),
        await ask("therapist", DOCUMENTS, {"after": await cursor_of(ask, by=[{"field": "TITLE"}])}),
    ]
    assert len({str(uniform(answer)) for answer in answers}) == 1
    nested = await ask("therapist", other_list, {"after": cursor})
    assert nested.errors[0]["extensions"] == FOREIGN


async def test_a_cursor_of_an_anonymous_caller_is_not_good_for_a_signed_in_one(ask: Ask) -> None:
    document = "query($after: String) { practitioners(first: 1, after: $after) { pageInfo { endCursor } } }"
    cursor = (await ask("anonymous", document)).data["practitioners"]["pageInfo"]["endCursor"]
    assert (await ask("anonymous", document, {"after": cursor})).errors == []
    uniform(await ask("therapist", document, {"after": cursor}))


async def test_every_flipped_bit_of_a_cursor_is_found_out(ask: Ask) -> None:
    cursor = await cursor_of(ask)
    sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    messages = set()
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        text = base64.urlsafe_b64encode(bytes(flipped)).decode().rstrip("=")
        answer = await ask("therapist", DOCUMENTS, {"after": text})
        messages.add(str(uniform(answer)))
        assert text not in str(answer.body)
    assert len(messages) == 1


@pytest.mark.parametrize(
    "value",
    ["", " ", "x", "====", "null", "W10", "WyIiXQ", "AAAA" * 8, "0" * 600, "é" * 20, "\x00", "💊", "../../etc", "'--"],
)
async def test_what_never_was_a_cursor_is_refused_like_a_forged_one(ask: Ask, value: str) -> None:
    answer = await ask("therapist", DOCUMENTS, {"after": value})
    forged = await ask("therapist", DOCUMENTS, {"after": "AAAA" * 12})
    assert uniform(answer) == uniform(forged)


async def test_other_spellings_of_a_good_cursor_are_refused(ask: Ask) -> None:
    cursor = await cursor_of(ask)
    spellings = [
        f"{cursor}=",
        f"{cursor}\n",
        f" {cursor}",
        cursor[:-1],
        cursor + "A",
        cursor.replace("-", "+").replace("_", "/") + "==",
    ]
    for text in {*spellings} - {cursor}:
        uniform(await ask("therapist", DOCUMENTS, {"after": text}))
