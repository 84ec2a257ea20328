import logging
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from sources.files import SealedFiles
from tests.keys import DOCUMENTS_KEYRING


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """A bucket of a real server over HTTP."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    # It says more of itself than a run needs.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    host, port = server.get_host_and_port()
    asked = urllib.request.Request(f"http://{host}:{port}/sealed", method="PUT")
    urllib.request.urlopen(asked).close()  # noqa: S310 - our own server
    kept = {name: os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    os.environ.update(AWS_ACCESS_KEY_ID="somebody", AWS_SECRET_ACCESS_KEY="whatever")
    yield f"s3://sealed/content?endpoint=http://{host}:{port}"
    for name, value in kept.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for files, of either kind."""
    return str(tmp_path / "files") if request.param == "folder" else str(request.getfixturevalue("bucket"))


@pytest.fixture
def files(where: str) -> Iterator[SealedFiles]:
    """Sealed files in that place."""
    made = SealedFiles(where, DOCUMENTS_KEYRING)
    yield made
    made.close()
