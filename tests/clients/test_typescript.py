"""A TypeScript client with types made by codegen.yml: it compiles, and what it sees is what the types say."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.served.process import Served

pytestmark = pytest.mark.clients

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = {
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2022",
    "lib": ["es2022", "dom"],
    "types": [],
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "outDir": "out",
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, compiled in a copy of the few files that it is made of."""
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("node_modules", "docs"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "codegen.yml", folder)
    clients = folder / "tests" / "clients"
    shutil.copytree(ROOT / "tests" / "clients" / "operations", clients / "operations")
    shutil.copy(ROOT / "tests" / "clients" / "client.ts", clients)
    (folder / "package.json").write_text('{"type": "module"}')
    config = {"compilerOptions": OPTIONS, "files": ["tests/clients/client.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    run("graphql-codegen", "--config", "codegen.yml", at=folder)
    run("tsc", "--project", "tsconfig.json", at=folder)
    return folder / "out" / "client.js"


def run(tool: str, *arguments: str, at: Path) -> None:
    """Run one of the JavaScript tools."""
    command = [str(ROOT / "node_modules" / ".bin" / tool), *arguments]
    done = subprocess.run(command, cwd=at, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def report(compiled: Path, served: Served) -> dict[str, Any]:
    """What the client saw."""
    command = ["node", str(compiled), served.graphql, served.token("therapist"), served.token("stranger")]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_own_cabinet_is_whole(report: dict[str, Any]) -> None:
    assert report["own"]["errors"] == []
    card = report["own"]["data"]["practitioner"]
    assert card["phone"]
    assert card["documents"]["nodes"]
    assert card["shifts"]["nodes"]


def test_a_partial_answer_shows_data_and_refusals_side_by_side(report: dict[str, Any]) -> None:
    partial = report["partial"]
    assert partial["status"] == 200
    assert partial["name"]
    assert partial["phone"] is None
    refused = {error["coordinate"]: error for error in partial["errors"]}
    assert refused["Practitioner.phone"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    assert refused["Practitioner.phone"]["path"] == ["practitioner", "phone"]


def test_paging_in_both_directions_shows_each_person_once(report: dict[str, Any]) -> None:
    forward, backward = report["forward"], report["backward"]
    assert len(set(forward["ids"])) == len(forward["ids"]) > 7
    assert backward["ids"] == forward["ids"]
    assert forward["totals"] == backward["totals"] == [len(forward["ids"])]


def test_an_object_is_found_again_by_its_global_id(report: dict[str, Any]) -> None:
    assert report["anything"]["__typename"] == "Organization"
    assert report["anything"]["id"] == "org_1"


def test_an_anonymous_list_has_public_facts_and_few_errors(report: dict[str, Any]) -> None:
    assert report["list"]["nodes"] == 50
    assert 0 < report["list"]["errors"] < 10


def test_the_roles_are_typed_words(report: dict[str, Any]) -> None:
    assert set(report["roles"]) >= {"LNK", "DOC"}


def test_a_bad_token_is_401_with_a_code(report: dict[str, Any]) -> None:
    assert report["badToken"] == {"status": 401, "codes": ["UNAUTHENTICATED"]}
