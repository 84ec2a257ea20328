"""Documents are found among a hundred thousand of one organisation: by every filter, from both ends, without a sort."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.permissions import Permission as P
from auth.policy import POLICY
from auth.rules import Rule
from gateway.settings import Settings
from gateway.world.cast import CAST
from sources.embedded import EmbeddedServer
from sources.postgres.migrating import migrate
from tests.conftest import Answered, Gateway, opened

LISTED = """query(
  $filter: DocumentFilter, $by: [DocumentOrder!], $first: Int, $last: Int, $after: String, $before: String) {
  documents(filter: $filter, orderBy: $by, first: $first, last: $last, after: $after, before: $before) {
    nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""
COUNTED = "query($filter: DocumentFilter) { documents(filter: $filter, first: 1) { totalCount } }"
HERE = 100_000
START = datetime(2020, 1, 1, tzinfo=UTC)
EACH = timedelta(minutes=7)
KINDS = ("PASSPORT", "DIPLOMA", "CPD", "REFERENCE", "SNILS")
STATUSES = ("CHECKED", "SIGNED", "DRAFT")
# Given to the first hospital by people of the register whom no test asks as; then as few again of the second one.
MANY = f"""
INSERT INTO document (id, practitioner_id, kind, title, status, number, issued_on, media_type, byte_size, sha256,
    created_at, shared_organization_ids)
SELECT n, 20 + n % 40, (ARRAY{list(KINDS)})[n % 5 + 1],
    (ARRAY['Паспорт', 'Диплом об образовании', 'Удостоверение', 'Справка', 'Карточка'])[n % 5 + 1]
        || CASE WHEN n % 10001 = 1 THEN ' РЕДКОСТНЫЙ' WHEN n % 1005 = 1 THEN ' Нечастый' ELSE '' END,
    (ARRAY{list(STATUSES)})[n % 3 + 1], '77-' || lpad(n::text, 8, '0'), date '2020-01-01' + n % 1000, 'application/pdf',
    n % 1000, repeat('a', 64), $1::timestamptz + n * $2::interval, ARRAY[CASE WHEN n <= $3 THEN 1 ELSE 2 END]
FROM generate_series(1, $3 + 10000) AS n
"""  # noqa: S608 - words of this module
# Of the therapist, and of the hospital itself.
FEW = """
INSERT INTO document (id, practitioner_id, holder_organization_id, kind, title, status, number, issued_on, media_type,
    byte_size, sha256, created_at)
VALUES ($1, $2, $3, $4, $5, 'CHECKED', $6, '2025-02-03', 'application/pdf', 1, repeat('b', 64), $7)
"""
OWN = (
    (1_000_001, 1, None, "DIPLOMA", "Диплом «Лечебное дело» — Ёлкина", "АВ-12 345", "2026-01-31T20:59:59+00:00"),
    (1_000_002, 1, None, "PASSPORT", "Паспорт", "45 12 345678", "2026-01-31T21:00:00+00:00"),
    (1_000_003, 1, None, "CPD", "Удостоверение о повышении квалификации", None, "2026-02-28T20:59:59+00:00"),
    (1_000_004, None, 1, "DECISION", "Выписка из протокола", "1-р", "2026-03-01T00:00:00+00:00"),
)


@pytest.fixture(scope="module")
async def full(server: EmbeddedServer, settings: Settings, urls: dict[str, str]) -> AsyncIterator[Gateway]:
    """The gateway over documents of its own."""
    server.ensure_databases(["catalogue_documents"])
    own = {**urls, "documents": server.url("catalogue_documents")}
    await migrate(own["documents"], "documents")
    async with opened(settings, own) as gateway:
        store = gateway.application.stores.documents
        await store.execute("TRUNCATE document CASCADE")
        await store.execute("ALTER TABLE document DISABLE TRIGGER USER")
        async with store.connection() as connection:
            await connection.execute(MANY, START, EACH, HERE)
            for row in OWN:
                await connection.execute(FEW, *row[:-1], datetime.fromisoformat(row[-1]))
        await store.execute("ALTER TABLE document ENABLE TRIGGER USER")
        await store.execute("VACUUM ANALYZE document")
        yield gateway


async def found(full: Gateway, persona: str, **given: Any) -> list[int]:
    answer = await full.ask(persona, LISTED, given)
    assert answer.errors == [], answer.body
    return [int(one["id"].removeprefix("doc_")) for one in answer.data["documents"]["nodes"]]


@pytest.mark.parametrize(
    ("wanted", "last"),
    [
        ({"search": "диплом"}, [1]),
        ({"search": "ДЕЛО леч"}, [1]),
        ({"search": "елкин"}, [1]),
        ({"search": "дело ёлка"}, []),
        ({"search": "плом"}, []),
        # Latin letters that look so, another dash, as one word or as two.
        ({"search": "AB–12345"}, [1]),
        ({"search": "ав12345"}, [1]),
        ({"search": "345 ав"}, [1]),
        ({"search": "345678"}, []),
        ({"search": "   "}, [3, 2, 1]),
        ({"search": "—"}, []),
        ({"search": "'); DROP TABLE document; --"}, []),
        ({"search": "\\ :* & | ! <-> ' диплом"}, [1]),
        ({"number": "ав 12"}, [1]),
        ({"number": "4512-34"}, [2]),
        ({"number": "12345"}, []),
        ({"kind": ["PASSPORT", "CPD"]}, [3, 2]),
        ({"kind": []}, []),
        ({"status": ["CHECKED"]}, [3, 2, 1]),
        ({"status": ["SIGNED"]}, []),
        ({"issuedFrom": "2025-02-03", "issuedTo": "2025-02-03"}, [3, 2, 1]),
        ({"issuedFrom": "2025-02-04"}, []),
        # Days of Moscow: both belong.
        ({"createdFrom": "2026-02-01"}, [3, 2]),
        ({"createdTo": "2026-01-31"}, [1]),
        ({"createdFrom": "2026-02-01", "createdTo": "2026-02-28"}, [3, 2]),
        ({"createdFrom": "0001-01-01", "createdTo": "9999-12-31"}, [3, 2, 1]),
        ({"createdFrom": "9999-12-31"}, []),
        ({"createdTo": "0001-01-01"}, []),
        ({"owner": "prac_1"}, [3, 2, 1]),
        ({"owner": "prac_2"}, []),
        ({"owner": "org_1"}, []),
        ({"organization": "org_1"}, []),
        ({"organization": "x"}, []),
        ({"search": "паспорт", "kind": ["PASSPORT"], "owner": "prac_1", "createdFrom": "2026-01-01"}, [2]),
    ],
)
async def test_each_filter_finds_what_it_says(full: Gateway, wanted: Any, last: list[int]) -> None:
    assert await found(full, "therapist", filter=wanted) == [1_000_000 + one for one in last]
    counted = await full.ask("therapist", COUNTED, {"filter": wanted})
    assert counted.data["documents"]["totalCount"] == len(last)


@pytest.mark.parametrize(
    "wanted",
    [
        {"search": "x" * 101},
        {"number": "1" * 101},
        {"createdFrom": "2026-02-02", "createdTo": "2026-02-01"},
        {"issuedFrom": "2026-02-02", "issuedTo": "2026-02-01"},
    ],
)
async def test_what_can_find_nothing_is_bad_input(full: Gateway, wanted: Any) -> None:
    assert (await full.ask("therapist", LISTED, {"filter": wanted})).codes == ["BAD_USER_INPUT"]


async def test_a_search_tells_nothing_of_a_number_that_may_not_be_read(full: Gateway) -> None:
    # The passport of number 5 has the number 77-00000005; a second factor lets the personnel officer read it.
    for second_factor, expected in ((True, [5]), (False, [])):
        answer = await full.ask("registrar", LISTED, {"filter": {"number": "77 00000005"}}, second_factor=second_factor)
        assert [one["id"] for one in answer.data["documents"]["nodes"]] == [f"doc_{one}" for one in expected]
        # By words nobody finds it, for nobody is asked for a factor there.
        answer = await full.ask("registrar", LISTED, {"filter": {"search": "00000005"}}, second_factor=second_factor)
        assert answer.data["documents"]["nodes"] == []
    assert await found(full, "registrar", filter={"search": "00000006"}) == [6]
    # The search finds numbers of what identifies nobody, for whoever sees such a document reads its number.
    for role, clauses in POLICY[P.DOCUMENT_CATALOGUE_READ].items():
        assert clauses
        assert Rule.PLAIN in {one.rule for one in POLICY[P.DOCUMENT_NUMBER_READ][role]}, role
        assert all(one.factor is None for one in POLICY[P.DOCUMENT_NUMBER_READ][role] if one.rule is Rule.PLAIN)
    refused = await full.ask("support", LISTED, {"filter": {"number": "1"}})
    assert (refused.data, refused.codes) == (None, ["UNAUTHORIZED_FIELD_OR_TYPE"])


async def test_the_system_of_a_hospital_sees_what_it_owns_or_was_given_and_no_identity_papers(full: Gateway) -> None:
    counted = await full.ask("mis", COUNTED, {"filter": {}})
    assert counted.data["documents"]["totalCount"] == HERE * 3 // 5 + 1
    assert await found(full, "mis", filter={"kind": ["PASSPORT", "SNILS"]}) == []
    assert await found(full, "mis", filter={"organization": "org_1"}, first=2) == [
        1_000_004,
        HERE - 2,
    ]
    assert await found(full, "mis", filter={"organization": "org_2"}) == []
    assert await found(full, "mis", filter={"owner": "prac_1"}) == []
    nodes = await full.ask("mis", '{ nodes(ids: ["doc_5", "doc_6", "doc_100006", "doc_1000001"]) { id } }')
    assert nodes.data["nodes"] == [None, {"id": "doc_6"}, None, None]
    # It means the same to everybody, of what he sees.
    assert await found(full, "head", filter={"organization": "org_1"}) == [1_000_004]
    assert await found(full, "registrar", filter={"organization": "org_1"}, first=1) == [HERE]


async def paged(full: Gateway, persona: str, **given: Any) -> list[int]:
    """All rows of a list, page by page from its beginning, or from its end with `last`."""
    backward = "last" in given
    rows: list[int] = []
    place: dict[str, str] = {}
    while True:
        answer = (await full.ask(persona, LISTED, {**given, **place})).data["documents"]
        page = [int(one["id"].removeprefix("doc_")) for one in answer["nodes"]]
        rows = page + rows if backward else rows + page
        info = answer["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return rows
        place = {"before": info["startCursor"]} if backward else {"after": info["endCursor"]}


@pytest.mark.parametrize("by", [None, "CREATED_AT", "TITLE", "BYTE_SIZE"])
async def test_pages_from_both_ends_are_one_list(full: Gateway, by: str | None) -> None:
    wanted = {"owner": "prac_27", "kind": ["CPD"], "status": ["SIGNED"], "createdTo": "2020-04-30"}
    order = None if by is None else [{"field": by, "direction": "DESC"}, {"field": "CREATED_AT", "direction": "ASC"}]
    order = order[:1] if by == "CREATED_AT" and order else order
    rows = [n for n in range(1, HERE + 1) if 20 + n % 40 == 27 and n % 5 == 2 and n % 3 == 1]
    rows = [n for n in rows if START + n * EACH < datetime(2020, 4, 30, 21, tzinfo=UTC)]
    expected = {
        None: rows[::-1],
        "CREATED_AT": rows[::-1],
        "TITLE": sorted(rows, key=lambda n: (" РЕДКОСТНЫЙ" * (n % 10_001 == 1), -n), reverse=True),
        "BYTE_SIZE": sorted(rows, key=lambda n: (-(n % 1000), n)),
    }[by]
    assert len(rows) > 100
    for size in ({"first": 40}, {"last": 40}):
        assert await paged(full, "registrar", filter=wanted, by=order, **size) == expected


async def test_what_comes_between_two_pages_moves_nothing(full: Gateway) -> None:
    store = full.application.stores.documents
    first = await full.ask("registrar", LISTED, {"first": 5})
    place = first.data["documents"]["pageInfo"]["endCursor"]
    before = await found(full, "registrar", first=5, after=place)
    async with store.connection() as connection:
        row = (1_000_009, 21, None, "CPD", "Новый", "1", datetime(2027, 1, 1, tzinfo=UTC))
        await connection.execute(FEW, *row)
        await connection.execute("UPDATE document SET shared_organization_ids = '{1}' WHERE id = 1000009")
    try:
        assert (await found(full, "registrar", first=1)) == [1_000_009]
        assert await found(full, "registrar", first=5, after=place) == before
    finally:
        await store.execute("DELETE FROM document WHERE id = 1000009")


async def plan(full: Gateway, monkeypatch: pytest.MonkeyPatch, persona: str, **given: Any) -> str:
    """How PostgreSQL does the statement that a page takes."""
    store = full.application.stores.documents
    asked: list[tuple[str, tuple[Any, ...]]] = []
    inner = store.fetch

    async def watched(record: Any, text: str, *args: Any) -> Any:
        asked.append((text, args))
        return await inner(record, text, *args)

    monkeypatch.setattr(store, "fetch", watched)
    answer: Answered = await full.ask(persona, LISTED, given)
    monkeypatch.undo()
    assert answer.errors == []
    ((text, args),) = asked
    async with store.connection() as connection:
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {text}", *args)
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(
    ("persona", "given", "index"),
    [
        ("mis", {}, "document_by_first_given"),
        ("registrar", {}, "document_by_first_given"),
        ("mis", {"filter": {"status": ["SIGNED"], "kind": ["CPD"]}}, "document_by_first_given"),
        ("mis", {"filter": {"createdFrom": "2020-03-01", "createdTo": "2020-03-31"}}, "document_by_first_given"),
        ("mis", {"filter": {"search": "удост"}}, "document_by_first_given"),
        ("mis", {"last": 20}, "document_by_first_given"),
        ("registrar", {"by": [{"field": "TITLE"}]}, "document_by_title"),
        ("registrar", {"by": [{"field": "BYTE_SIZE", "direction": "DESC"}]}, "document_by_size"),
        ("registrar", {"filter": {"number": "77 0001234"}}, "document_by_number"),
        ("mis", {"filter": {"search": "77-00012346"}}, "document_by_words"),
        ("mis", {"filter": {"search": "редкост"}}, "document_by_words"),
        ("registrar", {"filter": {"search": "редкостный"}}, "document_by_words"),
        # So many have it that statistics name it, whatever their sample.
        ("mis", {"filter": {"search": "нечаст"}}, "document_by_words"),
        ("mis", {"filter": {"search": "небывалый"}}, "document_by_words"),
        ("mis", {"filter": {"owner": "prac_23"}}, "document_by_practitioner"),
        ("therapist", {}, "document_by_practitioner"),
        ("head", {}, "document_by_organization"),
    ],
)
async def test_a_page_looks_at_few_rows_of_many(
    full: Gateway, monkeypatch: pytest.MonkeyPatch, persona: str, given: Any, index: str
) -> None:
    told = await plan(full, monkeypatch, persona, **given)
    assert index in told, told
    assert "Seq Scan" not in told, told
    # Every step gives a few rows, and passes over few: no page is sorted out of all of them.
    steps = [float(one) for one in re.findall(r"actual rows=([0-9.]+)", told)]
    passed = [float(one) for one in re.findall(r"Rows Removed by (?:Filter|Index Recheck): ([0-9]+)", told)]
    assert max(steps + passed) < 4_000, told


async def test_a_page_deep_in_the_list_costs_what_the_first_one_does(
    full: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = None
    for _ in range(5):
        wanted = {"filter": {"createdTo": "2020-06-30"}, "first": 100, "after": place}
        place = (await full.ask("mis", LISTED, wanted)).data["documents"]["pageInfo"]["endCursor"]
    told = await plan(full, monkeypatch, "mis", filter={"createdTo": "2020-06-30"}, first=100, after=place)
    assert "document_by_first_given" in told, told
    assert all(int(one) < 500 for one in re.findall(r"Rows Removed by Filter: ([0-9]+)", told)), told


async def test_the_words_of_a_document_follow_its_title_and_number(full: Gateway) -> None:
    store = full.application.stores.documents
    key = 1_000_003
    await store.execute("UPDATE document SET title = 'Сертификат', number = 'Ж1' WHERE id = $1", key)
    try:
        assert await found(full, "therapist", filter={"search": "сертиф ж1"}) == [key]
        assert await found(full, "therapist", filter={"search": "удостоверение"}) == []
        await store.execute("UPDATE document SET kind = 'SNILS' WHERE id = $1", key)
        assert await found(full, "therapist", filter={"search": "ж1"}) == []
        assert await found(full, "therapist", filter={"number": "ж1"}) == [key]
        # Whatever a title is, it can be kept.
        for title in ("", "«»", "x" * 100_000, "а " * 20_000, "\U0001f4c4 \u202e\n'\\"):
            await store.execute("UPDATE document SET title = $2 WHERE id = $1", key, title)
    finally:
        await store.execute("UPDATE document SET title = $2, number = NULL, kind = 'CPD' WHERE id = $1", key, OWN[2][4])


async def test_a_document_that_is_seen_in_several_ways_comes_once(full: Gateway) -> None:
    store, registrar = full.application.stores.documents, CAST["registrar"].practitioner_id
    # Of the officer's own, given to his hospital first, given to it besides, and given to another one alone.
    for key, shared in ((99_997, [1]), (99_996, [2, 1]), (99_992, [2])):
        await store.execute(
            "UPDATE document SET practitioner_id = $2, shared_organization_ids = $3 WHERE id = $1",
            key,
            registrar,
            shared,
        )
    # And another's, given to it besides.
    await store.execute("UPDATE document SET shared_organization_ids = '{2,1}' WHERE id = 99994")
    try:
        expected = [*range(HERE, HERE - 10, -1)]
        assert await found(full, "registrar", first=10) == expected
        assert await paged(full, "registrar", first=3, filter={"createdFrom": "2021-04-30"}) == [
            n for n in range(HERE, 0, -1) if START + n * EACH >= datetime(2021, 4, 29, 21, tzinfo=UTC)
        ]
        # Kinds go round by five: of these ten, six name nobody; the system is given what the hospital was given.
        given_to_it = [n for n in expected if n % 5 not in {0, 4} and n != 99_992]
        assert (await found(full, "mis", first=6))[1 : len(given_to_it) + 1] == given_to_it
    finally:
        await store.execute(
            "UPDATE document SET practitioner_id = 20 + id % 40, shared_organization_ids = '{1}' WHERE id > 99990 "
            "AND id <= $1", HERE,
        )  # fmt: skip
