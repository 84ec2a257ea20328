"""The demo as clients meet it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served.process import Served, serving


@pytest.fixture(scope="session")
def served(folder: Path, urls: dict[str, str]) -> Iterator[Served]:
    """The demo, served by a process of its own."""
    with serving(folder, urls) as process:
        yield process
