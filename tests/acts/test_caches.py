"""Normalised caches of real clients see what an act changed of the viewer, without asking again."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.acts.office import TERMS, Office
from tests.served.process import serving

pytestmark = pytest.mark.clients

HERE = Path(__file__).parent


@pytest.fixture
async def languages(office: Office) -> AsyncIterator[None]:
    """Nobody has chosen a language of mail, before the test and after it."""
    yield
    await office.rows("DELETE FROM notification_language", store="journal")


@pytest.fixture
def told(languages: None, folder: Path, office_urls: dict[str, str]) -> dict[str, Any]:
    """What the caches told, by client."""
    with serving(folder, office_urls) as served:
        command = ["node", str(HERE / "caches.mjs"), served.graphql, served.token("therapist"), TERMS]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_cache_knows_the_roles_that_an_act_left(told: dict[str, Any]) -> None:
    assert set(told) == {"apollo", "urql"}
    for name, found in told.items():
        assert found["before"] == found["confirmed"] == ["DOC", "LNK"], name
        assert found["withdrawn"] == ["LNK"], name
    # One account has one place in the cache, and what an act says of its settings lands there too.
    assert len(told["apollo"]["entities"]) == 1
    assert told["apollo"]["mail"] == "EN"
