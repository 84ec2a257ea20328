"""`python -m bench.catalogue`: a page of the catalogue over 100,000 documents of one organisation, beside bare SQL.

In turn are asked: the statement that somebody would write for this organisation alone, over one connection; what the
product asks of its store; and the whole operation in process. The medians of pairs, and their ratios to the bare one.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from bench.world import environment, fresh
from engine.request.request import Request
from gateway.application import Application
from gateway.databases import stores_at
from gateway.identity import demo
from gateway.identity.presented import Presented
from gateway.log import Exchange
from gateway.settings import Settings
from gateway.world.loading import load
from sources.postgres.migrating import migrate
from sources.postgres.row import Row

DOCUMENTS = 100_000
OTHERS = 200_000
LISTED = """query($filter: DocumentFilter, $by: [DocumentOrder!], $after: String) {
  documents(first: 20, filter: $filter, orderBy: $by, after: $after) {
    nodes { id title status createdAt } pageInfo { endCursor hasNextPage } } }"""
COLUMNS = "SELECT id, title, status, created_at, practitioner_id, holder_organization_id, kind FROM document"
MINE = "shared_organization_ids @> ARRAY[1::bigint] AND kind NOT IN ('PASSPORT', 'SNILS')"
NEWEST = "ORDER BY created_at DESC, id DESC LIMIT 21"
FILL = """
INSERT INTO document (id, practitioner_id, kind, title, status, number, media_type, byte_size, sha256, created_at,
    shared_organization_ids)
SELECT 1000000 + n, 20 + n % 40, (ARRAY['PASSPORT','DIPLOMA','CPD','REFERENCE','SNILS'])[n % 5 + 1],
    (ARRAY['Паспорт','Диплом об образовании','Удостоверение','Справка','Карточка'])[n % 5 + 1],
    (ARRAY['CHECKED','SIGNED','DRAFT'])[n % 3 + 1], '77-' || lpad(n::text, 8, '0'), 'application/pdf', n % 100000,
    repeat('a', 64), timestamptz '2020-01-01' + n * interval '3 minutes',
    ARRAY[CASE WHEN n % 3 = 0 THEN 1 ELSE 2 + n % 500 END]
FROM generate_series(1, $1::int) AS n
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is asked for in both ways."""

    name: str
    variables: Mapping[str, Any]
    bare: str


PAGES = (
    Page("newest", {}, f"{COLUMNS} WHERE {MINE} {NEWEST}"),
    Page(
        "kind and status",
        {"filter": {"kind": ["CPD"], "status": ["CHECKED"]}},
        f"{COLUMNS} WHERE {MINE} AND kind = 'CPD' AND status = 'CHECKED' {NEWEST}",
    ),
    Page(
        "a month",
        {"filter": {"createdFrom": "2020-03-01", "createdTo": "2020-03-31"}},
        f"{COLUMNS} WHERE {MINE} AND created_at >= '2020-02-29 21:00Z' AND created_at < '2020-03-31 21:00Z' {NEWEST}",
    ),
    Page(
        "a word",
        {"filter": {"search": "диплом"}},
        f"{COLUMNS} WHERE {MINE} AND words @@ '''диплом'':*'::tsquery {NEWEST}",
    ),
    Page(
        "a number",
        {"filter": {"search": "77-00012346"}},
        f"{COLUMNS} WHERE {MINE} AND words @@ '''77'':* & ''00012346'':*'::tsquery {NEWEST}",
    ),
    Page(
        "no such word",
        {"filter": {"search": "небывалый"}},
        f"{COLUMNS} WHERE {MINE} AND words @@ '''небывалый'':* & ''небывалый'':*'::tsquery {NEWEST}",
    ),
    Page(
        "by title",
        {"by": [{"field": "TITLE"}]},
        f"{COLUMNS} WHERE {MINE} ORDER BY title, id LIMIT 21",
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask all pages, and print what each took; 1 where a statement takes half as long again as the bare one."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description=__doc__)
    parser.add_argument("--pairs", type=int, default=300)
    options = parser.parse_args(arguments)
    with fresh() as (folder, urls):
        return asyncio.run(_measured(Settings.from_environment(environment(folder, urls)), urls, options.pairs))


async def _measured(settings: Settings, urls: Mapping[str, str], pairs: int) -> int:
    console, worst = Console(), 0.0
    await asyncio.gather(*(migrate(url, name) for name, url in urls.items()))
    stores = stores_at(settings, urls, pool=5, deadline=60)
    await load(stores, "village")
    await stores.documents.execute("ALTER TABLE document DISABLE TRIGGER USER")
    await stores.documents.execute(FILL, DOCUMENTS + OTHERS)
    await stores.documents.execute("VACUUM ANALYZE document")
    application = Application(settings, stores)
    await application.keys.open()
    token = demo.token(settings.data, "mis", timedelta(hours=2), datetime.now(UTC))
    for page in PAGES:
        asked = await _asked(application, token, page)

        async def bare(text: str = page.bare) -> Any:
            return await stores.documents.fetch(Row, text)

        async def product(asked: tuple[str, tuple[Any, ...]] = asked) -> Any:
            return await stores.documents.fetch(Row, asked[0], *asked[1])

        async def whole(page: Page = page) -> Any:
            return await _operate(application, token, page)

        took = await _in_turn((bare, product, whole), pairs)
        ratio = took[1] / took[0]
        worst = max(worst, ratio)
        figures = "  ".join(
            f"{name} {one * 1e6:7.0f} µs" for name, one in zip(("bare", "ours", "whole"), took, strict=True)
        )
        console.print(f"{page.name:16} {figures}   statement {ratio:5.2f}×", highlight=False)
    await application.keys.close()
    await stores.close()
    application.log.close()
    return 1 if worst > 1.5 else 0


async def _asked(application: Application, token: str, page: Page) -> tuple[str, tuple[Any, ...]]:
    """The statement that a page takes of the store, with its values."""
    store, found = application.stores.documents, []
    fetch = store.fetch

    async def watched(record: Any, text: str, *values: Any) -> Any:
        found.append((text, values))
        return await fetch(record, text, *values)

    store.fetch = watched  # type: ignore[method-assign]
    try:
        await _operate(application, token, page)
    finally:
        store.fetch = fetch  # type: ignore[method-assign]
    (asked,) = found
    return asked


async def _operate(application: Application, token: str, page: Page) -> Any:
    request = Request(LISTED, None, dict(page.variables))
    answer = await application.operating.operate(request, Presented(token), Exchange("bench", "POST", "ru"))
    if answer.errors:
        raise RuntimeError(f"{page.name}: {answer.errors}")
    return answer


async def _in_turn(ways: Sequence[Callable[[], Awaitable[Any]]], pairs: int) -> list[float]:
    """The median of what each way takes, in seconds; they are asked one after the other."""
    took: list[list[float]] = [[] for _ in ways]
    for number in range(-20, pairs):
        for way, times in zip(ways, took, strict=True):
            began = time.perf_counter()
            await way()
            if number >= 0:
                times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in took]


if __name__ == "__main__":
    sys.exit(main())
