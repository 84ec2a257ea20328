"""Generated operations against the served graph: whatever is asked, the answer is one of those that the pages promise.

Denials are answers, not failures of the server, so the check knows our codes. The examples are the same in every run;
EXAMPLES raises their number.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from engine.errors import Code
from gateway.world.loading import Loaded
from sources.embedded import EmbeddedServer
from tests.served.process import Served, serving
from tests.villages import copied

pytestmark = pytest.mark.clients

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
# Never an answer to a client that keeps to the schema.
NEVER = {Code.INTERNAL_SERVER_ERROR, Code.SOURCE_CONTRADICTS, Code.SOURCE_UNAVAILABLE, Code.SOURCE_TIMED_OUT}
NEVER |= {Code.GATEWAY_TIMEOUT, Code.BAD_REQUEST, Code.GRAPHQL_PARSE_FAILED, Code.UNAUTHENTICATED}

DIGITS = st.text("0123456789", min_size=1, max_size=14)
SCALARS: dict[str, st.SearchStrategy[str]] = {
    "Date": st.dates().map(str),
    "DateTime": st.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "Z"),
    "Snils": st.sampled_from(["112-233-445 95", "11223344595", "11223344596"]) | DIGITS,
    "Inn": st.sampled_from(["7707083893", "7707083894"]) | DIGITS,
    "Ogrn": st.sampled_from(["1027700132195", "1027700132196"]) | DIGITS,
    "Oid": st.sampled_from(["1.2.643.5.1.13.13.12.2.77.1", "1.2"]) | DIGITS,
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str),
}


def check(status: int, body: dict[str, Any]) -> list[str]:
    """The codes of an answer, once everything about it is as promised."""
    assert status in {200, 400}, body
    errors = body.get("errors", [])
    codes = [error["extensions"]["code"] for error in errors]
    assert set(codes) <= set(Code), body
    assert not set(codes) & NEVER, body
    assert ("data" in body) == (status == 200), body
    for error in errors:
        assert error["message"]
        if error["extensions"]["code"] == Code.UNAUTHORIZED_FIELD_OR_TYPE and status == 200:
            assert {"coordinate", "reason", "count"} <= error["extensions"].keys()
    return codes


@pytest.fixture(scope="module")
def served(folder: Path, server: EmbeddedServer, pristine: Loaded) -> Iterator[Served]:
    """A village of its own: what is generated acts as well, and may cost whoever asks his rights."""
    with serving(folder, copied(server, "generated_")) as process:
        yield process


@pytest.fixture(scope="module")
def schema(served: Served) -> Any:
    """The schema as generated clients see it, its scalars understood."""
    for name, strategy in SCALARS.items():
        schemathesis.graphql.scalar(name, strategy.map(nodes.String))
    return schemathesis.graphql.from_url(served.graphql)


@pytest.mark.parametrize("persona", ["census", "anonymous", "stranger"])
def test_whatever_is_asked_the_answer_is_one_that_was_promised(schema: Any, served: Served, persona: str) -> None:
    headers = served.headers(persona) | {"accept": "application/graphql-response+json"}
    operations = [found.ok() for found in schema.get_all_operations()]
    seen: Counter[str] = Counter()

    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=-(-EXAMPLES // len(operations)),
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            response = case.call(headers=headers)
            codes = check(response.status_code, response.json())
            seen.update(["answered" if response.status_code == 200 else codes[0]])

        ask()
    assert seen["answered"] > seen.total() / 2, seen
