"""The audits of GraphQL over HTTP, from the npm package graphql-http."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.served.process import Served, serving

pytestmark = pytest.mark.clients

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "http.md"
NUMBER = 61


def audited(address: str) -> dict[str, str]:
    """What each audit found: id → `ok`, or its status and reason."""
    command = ["node", str(HERE / "audits.mjs"), address]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    assert len(found) == NUMBER
    return {
        one["id"]: "ok" if one["status"] == "ok" else f"{one['status']}: {one['name']}: {one['reason']}"
        for one in found
    }


def failed(address: str) -> dict[str, str]:
    return {name: found for name, found in audited(address).items() if found != "ok"}


def test_every_audit_passes_with_get_on(served: Served) -> None:
    assert failed(served.graphql) == {}


def test_with_get_off_exactly_the_audits_fail_that_the_page_lists(folder: Path, urls: dict[str, str]) -> None:
    part = PAGE.read_text("utf-8").partition("With GET off")[2].partition("The fourth GET audit")[0]
    listed = re.findall(r"`([0-9A-F]{4})`", part)
    with serving(folder, urls, GET="off") as without:
        assert sorted(failed(without.graphql)) == sorted(listed)
