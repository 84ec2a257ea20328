"""A process that dies at any point of an act: what was acknowledged is there, what is done is done once."""

import contextlib
from pathlib import Path

import httpx
import pytest

from sources.postgres.crashing import POINTS
from tests.acts.office import APPLICATION, PROBLEMS, Office
from tests.acts.test_once import COUNTS, ONCE
from tests.served.process import serving

OF_ACTS = [point for point in POINTS if not point.startswith(("relay_", "exchange_", "upload_"))]
SUBMIT = (
    f"mutation($input: SubmitApplicationInput!) {{ submitApplication(input: $input) {{ {APPLICATION} {PROBLEMS} }} }}"
)
COMMITTED = {"after_commit", "before_answer"}


@pytest.mark.parametrize("point", OF_ACTS)
async def test_a_process_that_dies_while_it_acts_leaves_all_or_nothing(
    office: Office, office_urls: dict[str, str], folder: Path, point: str
) -> None:
    draft = await office.drafted("applicant")
    given = {"id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": f"crash-{point}"}
    with serving(folder, office_urls, CRASH_AT=point) as served:
        body = {"query": SUBMIT, "variables": {"input": given}}
        async with httpx.AsyncClient(headers=served.headers("applicant"), timeout=60) as client:
            answered = None
            with contextlib.suppress(httpx.TransportError):
                answered = await client.post(served.graphql, json=body)
            assert answered is None, answered.text
    stage = (await office.rows("SELECT stage FROM application WHERE id = $1", int(draft["id"][4:])))[0]["stage"]
    assert stage == ("RECEPTION" if point in COMMITTED else "DRAFT")
    again = await office.act("applicant", "submitApplication", **given)
    assert again["problems"] == []
    assert again["application"]["stage"] == "RECEPTION"
    assert await office.rows(COUNTS) == ONCE
    assert await office.rows("SELECT count(*) AS n FROM idempotency_key") == [{"n": 1}]
