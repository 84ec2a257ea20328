"""The pages as the tests read them: blocks of code, requests with their answers, steps of a walk."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.house import tree

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ((?:\w+/)+\w+[.]py)\n")
ASKED_AS = re.compile(r"# as (\w+)( --no-second-factor)?\n")
TOKEN = re.compile(r"Bearer \$\([.]venv/bin/kabinet token (\w+)( --no-second-factor)?\)")
WALKS = ("docs/add-a-field.md", "docs/add-a-source.md")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code, at a line of its page."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a page; the answer is as the page tells it, with the order of its members."""

    place: str
    persona: str
    second_factor: bool
    answer: Any
    method: str = "POST"
    path: str = "/graphql"
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def names() -> list[str]:
    """Every page of the project."""
    return [tree.name(path) for path in tree.files(".md")]


def text(page: str) -> str:
    """The text of a page."""
    return tree.text(tree.ROOT / page)


def blocks(page: str) -> list[Block]:
    """The blocks of code of a page, in their order."""
    content = text(page)
    return [
        Block(page, content.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in BLOCK.finditer(content)
    ]


def prose(page: str) -> str:
    """The page without its blocks."""
    return BLOCK.sub("", text(page))


def asked() -> Iterator[Asked]:
    """Every request that a page shows; those of a walk once its steps are taken."""
    for page in names():
        if page in WALKS and not all((tree.ROOT / name).exists() for name in new_files(page)):
            continue
        found = blocks(page)
        for block, following in zip_longest(found, found[1:]):
            if block.kind == "sh" and block.text.startswith("curl "):
                yield _by_curl(block, _answer(block, following))
            elif block.kind == "graphql" and (who := ASKED_AS.match(block.text)):
                body = json.dumps({"query": block.text})
                headers = {"content-type": "application/json"}
                answer = _answer(block, following)
                yield Asked(str(block), who[1], who[2] is None, answer, body=body, headers=headers)


def in_order(content: str | bytes) -> Any:
    """JSON with the order of members kept; what differs from answer to answer is left out."""
    return json.loads(content, object_pairs_hook=_members)


def new_files(page: str) -> dict[str, str]:
    """The files that a walk makes, by name."""
    found = {}
    for block in blocks(page):
        if block.kind == "python" and (named := FILE.match(block.text)):
            found[named[1]] = block.text[named.end() :]
    return found


def changes(page: str) -> Iterator[tuple[str, str, str]]:
    """The changes of a walk: file, the lines that are there, the lines that take their place."""
    for block in blocks(page):
        if block.kind == "diff":
            heading, _, body = block.text.partition("\n")
            for hunk in body.split("@@\n"):
                lines = hunk.splitlines(keepends=True)
                before = "".join(line[1:] for line in lines if line[0] != "+")
                after = "".join(line[1:] for line in lines if line[0] != "-")
                yield heading.removeprefix("--- "), before, after


def walk(page: str, copy: Path) -> list[str]:
    """Take every step of a walk in a copy of the tree; the names of the files that are not as they were."""
    touched = set(new_files(page))
    for name, content in new_files(page).items():
        path = copy / name
        assert not path.exists(), f"{page}: {name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for name, before, after in changes(page):
        path = copy / name
        content = path.read_text(encoding="utf-8")
        assert content.count(before) == 1, f"{page}: {name} has not once\n{before}"
        path.write_text(content.replace(before, after), encoding="utf-8")
        touched.add(name)
    return sorted(touched)


def _by_curl(block: Block, answer: Any) -> Asked:
    token = TOKEN.search(block.text)
    words = shlex.split(TOKEN.sub("", block.text).replace("\\\n", " "))
    method, path, body, headers = None, "", None, {}
    options = iter(words[1:])
    for word in options:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(options)
            case "-d":
                body = next(options)
            case "-H":
                name, _, value = next(options).partition(":")
                headers[name.strip()] = value.strip()
            case _:
                assert word.startswith("http://127.0.0.1:8000/"), f"{block}: {word}"
                path = word.removeprefix("http://127.0.0.1:8000")
    headers.pop("authorization", None)
    return Asked(
        str(block),
        token[1] if token else "anonymous",
        token is None or token[2] is None,
        answer,
        method or ("GET" if body is None else "POST"),
        path,
        body,
        headers,
    )


def _answer(block: Block, following: Block | None) -> Any:
    assert following is not None, f"{block}: a request has its answer after it"
    assert following.kind == "json", f"{block}: a request has its answer after it"
    return in_order(following.text)


def _members(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(name, "…" if name in {"requestId", "occurredAt"} else value) for name, value in pairs]
