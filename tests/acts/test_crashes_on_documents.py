"""Every act on documents, packages and requests in a process that dies: all of it or nothing, and done once."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from schema.document.mutation import DocumentActs
from tests.acts.dying import Dying, begun
from tests.acts.exchanging import Exchange
from tests.acts.office import LEFT, Office
from tests.acts.situated import SITUATIONS
from tests.acts.test_crashes_of_all import ROWS, named
from tests.keys import KEYS, VARIABLE

CHANGED = (
    "document", "document_version", "document_check", "verification", "signature", "upload", "reference",
    "exchange_package", "exchange_document", "exchange_step", "information_request", *LEFT,
)  # fmt: skip
COUNTED = "SELECT (SELECT count(*) FROM audit_entry) AS entry, (SELECT count(*) FROM idempotency_key) AS key"


@pytest.fixture(scope="module")
def dying(open_exchange: Exchange) -> Iterator[Dying]:
    """A process over the stores of the office, which exchanges packages."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environ |= {**open_exchange.environment, VARIABLE: KEYS, "KABINET_DEADLINE": "60", "KABINET_STORE_DEADLINE": "30"}
    with begun(environ) as process:
        yield process


@pytest.fixture
async def desk(office: Office, exchange: Exchange) -> AsyncIterator[Exchange]:
    """An office that exchanges packages, without what is made here once it is over."""
    exchange.tokens.clear()
    yield exchange
    await office.restore()


async def stands(exchange: Exchange) -> dict[str, Any]:
    """All that there is, as a word for each table."""
    text = f"SELECT {', '.join(ROWS.format(name=one) for one in CHANGED)}"
    (row,) = await exchange.rows(text, store="documents")
    return row


def test_no_act_is_left_out() -> None:
    assert sorted(SITUATIONS) == sorted(named(DocumentActs))


@pytest.mark.parametrize("act", SITUATIONS)
async def test_an_act_that_is_cut_short_is_whole_or_not_there_and_is_done_once(
    desk: Exchange, dying: Dying, act: str
) -> None:
    persona, given = await SITUATIONS[act](desk)
    said = {**given, "idempotencyKey": f"dies-{act}"}
    document = f"mutation($input: {act[0].upper()}{act[1:]}Input!) {{ {act}(input: $input) {{ problems {{ code }} }} }}"
    body, token = {"query": document, "variables": {"input": said}}, desk.token(persona)
    before = await stands(desk)
    (had,) = await desk.rows(COUNTED, store="documents")
    dying.at("before_commit", token, body)
    assert await stands(desk) == before
    dying.at("after_commit", token, body)
    done = await stands(desk)
    assert await desk.rows(COUNTED, store="documents") == [{"entry": had["entry"] + 1, "key": had["key"] + 1}]
    answer = await desk.ask(persona, document, {"input": said})
    assert answer.data == {act: {"problems": []}}, answer.body
    assert await stands(desk) == done
