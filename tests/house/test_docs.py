import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from graphql import Source, parse, validate
from typer.testing import CliRunner

from gateway.commands.main import app
from gateway.settings import Settings
from gateway.world.cast import CAST
from schema.built import graph
from tests.house import pages, tree

LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)", re.DOTALL)
NAMED_FILE = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+[.]\w+)?)`")
COMMAND = re.compile(r"(?:^|[ /(])kabinet((?: [A-Za-z-]+)+)")
OPTION = re.compile(r"--[a-z][a-z-]+")
TARGET = re.compile(r"`make ([a-z.][\w./-]*)|^make ([a-z.][\w./-]*)", re.MULTILINE)
PERSONA = re.compile(r"^\| `(\w+)` \| (.+) \| (?:`prac_(\d+)`|no) \|$", re.MULTILINE)
# `make generate`, the client's code apart.
GENERATE = """
from gateway.commands.main import app
for one in ("schema", "access"):
    app([one, "--write"], standalone_mode=False)
"""
# What a copy with every step taken has to pass beside its own new tests.
HOUSE = ("tests/house/test_answers.py", "tests/house/test_floors.py", "tests/house/test_documented.py")
# Made by the program or by others, and so not in the repository.
MADE = {".venv/", ".kabinet/", "node_modules/", "/etc/kabinet/", "/var/lib/kabinet/", "bench/out/"}


def test_every_document_of_a_page_fits_the_graph() -> None:
    unfit = {
        str(block): [error.message for error in errors]
        for page in pages.names()
        if page not in pages.WALKS
        for block in pages.blocks(page)
        if block.kind == "graphql"
        if (errors := validate(graph().core, parse(Source(block.text))))
    }
    assert unfit == {}


def test_the_cast_of_the_readme_is_the_cast_of_the_world() -> None:
    told = {name: (title, int(key) if key else None) for name, title, key in PERSONA.findall(pages.text("README.md"))}
    assert told == {one.name: (one.title_en, one.practitioner_id) for one in CAST.values()}


def test_every_link_leads_somewhere() -> None:
    lost = []
    for page in pages.names():
        for target in LINK.findall(pages.prose(page)):
            if target.startswith("https://"):
                continue
            name, _, place = target.partition("#")
            path = (tree.ROOT / page).parent / name if name else tree.ROOT / page
            if not path.is_file() or (place and place not in _places(path)):
                lost.append(f"{page}: {target}")
    assert lost == []


def test_every_file_that_a_page_names_is_there() -> None:
    lost = []
    for page in pages.names():
        for name in NAMED_FILE.findall(pages.prose(page)):
            beside = (tree.ROOT / page).parent / name
            made = any(name.startswith(folder) for folder in MADE) or name in pages.new_files(page)
            if not made and not (tree.ROOT / name).exists() and not beside.exists():
                lost.append(f"{page}: {name}")
    assert lost == []


def test_every_setting_that_a_page_names_exists(tmp_path: Path) -> None:
    known = set(Settings.from_environment({"KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path)}).shown())
    named = {
        f"{page}: {name}"
        for page in pages.names()
        if page not in pages.WALKS
        for name in re.findall(r"KABINET_\w+[A-Z]", pages.text(page))
        if name not in known
    }
    assert named == set()


def test_every_command_that_a_page_names_exists() -> None:
    commands = re.findall(r"^  (\w+) ", _help(), re.MULTILINE)
    wrong = []
    for page in pages.names():
        for line in _commands(page):
            command, *further = line.split()
            if command in OPTION.findall(_help()):
                continue
            known = command in commands
            inner = [one for one in further[:1] if re.search(rf"^  {one} ", _commands_of(command), re.MULTILINE)]
            if not known or set(OPTION.findall(line)) - set(OPTION.findall(_help(command, *inner))):
                wrong.append(f"{page}: kabinet {line}")
    assert wrong == []


def test_every_target_of_make_that_a_page_names_exists() -> None:
    rules = set(re.findall(r"^([\w./-]+):", tree.text(tree.ROOT / "Makefile"), re.MULTILINE))
    named = {page: {a or b for a, b in TARGET.findall(pages.text(page))} for page in pages.names()}
    assert {page: targets - rules for page, targets in named.items() if targets - rules} == {}


def test_the_environment_shown_for_production_is_one(tmp_path: Path) -> None:
    shown = {block.kind: block.text for block in pages.blocks("docs/production.md")}
    issuers = tmp_path / "issuers.json"
    issuers.write_text(shown["json"], encoding="utf-8")
    environ = dict(line.split("=", 1) for line in shown["ini"].splitlines())
    settings = Settings.from_environment(environ | {"KABINET_ISSUERS": str(issuers)})
    assert not settings.demo
    assert settings.embedded == ()


def test_the_steps_of_each_page_lead_where_it_says(tmp_path: Path) -> None:
    for page in pages.WALKS:
        _copied(alone := tmp_path / Path(page).stem)
        pages.walk(page, alone)
    # Whoever takes the steps of all pages has all that they make, in one tree.
    _copied(copy := tmp_path / "copy")
    _run(copy, "git", "init", "-q")
    touched = {name for page in pages.WALKS for name in pages.walk(page, copy) if name.endswith(".py")}
    _run(copy, sys.executable, "-m", "ruff", "check", "--no-cache", *touched)
    _run(copy, sys.executable, "-m", "ruff", "format", "--no-cache", "--check", *touched)
    _run(copy, sys.executable, "-c", GENERATE)
    tests = [name for page in pages.WALKS for name in pages.new_files(page) if name.startswith("tests/")]
    _run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *HOUSE, *tests)


def _copied(folder: Path) -> None:
    """The tree once more, as it would be kept in the repository."""
    for path in tree.files():
        target = folder / tree.name(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def _run(folder: Path, *command: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}", pytrace=False)


@cache
def _help(*command: str) -> str:
    return CliRunner().invoke(app, [*command, "--help"]).stdout


def _commands_of(command: str) -> str:
    """The part of a command's help that lists what stands below it; empty where nothing does."""
    return _help(command).partition("Commands:")[2]


def _commands(page: str) -> list[str]:
    """What follows `kabinet` wherever it is written as a command."""
    spans = re.findall(r"`([^`]+)`", pages.prose(page))
    lines = [line for block in pages.blocks(page) if block.kind == "sh" for line in block.text.splitlines()]
    found = [COMMAND.findall(one.replace("\n", " ")) for one in (*spans, *lines)]
    return [command.strip() for commands in found for command in commands]


def _places(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
