"""`python -m bench.plateau`: the memory of a server process while nothing that it is asked has been asked before.

Each of a hundred thousand documents, operation names, tokens, subjects and cursors comes once. What a process keeps of
them is bounded, so its memory has to reach a plateau: the command ends with 1 where it still grows in the second half.
"""

import http.client
import re
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import orjson
import typer
from rich.console import Console

from bench.contenders import PRODUCT, Contender, kabinet
from bench.operations import OPERATIONS
from bench.running import Server, running
from bench.world import FOLDER, City, city
from gateway.identity import demo
from gateway.identity.issuers import DEMO_ISSUER

STEPS = 10
# Callers ask side by side, and come with a new connection after so many requests.
CALLERS = 2
EACH_CONNECTION = 100
# The second half may differ from the first by so much without anything having grown.
SLACK = 1.05
LEAF = re.compile(r"(?<![$\w])([a-z]\w*)\b(?!\s*[:({])")
SIZE = re.compile(r"first: \d+")
WEIGHTS = {"card": 6, "cabinet": 3, "list": 1}
ROLES = "{ viewer { roles { name } } }"
PAGE = "query($after: String) { practitioners(first: 1, after: $after) { pageInfo { endCursor } } }"

# What is asked: the body of a request, and its bearer.
Question = tuple[bytes, str | None]


def distinct(text: str, number: int) -> str:
    """A document like another, with names, columns and sizes of pages of its own."""
    drawn = Random(number)

    def leaf(found: re.Match[str]) -> str:
        name = found[1] if drawn.random() < 0.9 else "__typename"
        return f"a{drawn.randrange(10**6)}: {name}" if drawn.random() < 0.5 else name

    head, _, body = text.partition("{")
    return f"{head}{{{SIZE.sub(lambda _: f'first: {drawn.randrange(1, 50)}', LEAF.sub(leaf, body))}"


def bearer(subject: str) -> str:
    """A token like no other, of somebody of whom the stores know nothing."""
    at = int(time.time())
    claims: dict[str, object] = {
        "iss": DEMO_ISSUER,
        "aud": demo.AUDIENCE,
        "sub": subject,
        "iat": at,
        "exp": at + 3_600,
        "jti": secrets.token_urlsafe(12),
        "auth_time": at,
        "assurance": "CONFIRMED",
    }
    return demo._signed(claims, demo._key(FOLDER))  # noqa: SLF001 - the demo signs for its own cast alone


class Questions:
    """What is asked, kind by kind; no two questions of a kind are alike."""

    def __init__(self, world: City) -> None:
        self._people = world.people
        self._token = world.token(1)
        self._cursor: str | None = None

    def documents(self, number: int) -> Question:
        """A document of its own for each number, of nobody signed in each third time."""
        (name,) = Random(number).choices(list(WEIGHTS), list(WEIGHTS.values()))
        asked = _body(distinct(OPERATIONS[name].document, number), id=self._people[number % len(self._people)])
        return asked, self._token if number % 3 else None

    def names(self, number: int) -> Question:
        """The same document with an operation name of its own."""
        return _body(f"query Name{number} {{ viewer {{ roles {{ name }} }} }}", f"Name{number}"), None

    def tokens(self, _: int) -> Question:
        """Always another token of the same subject."""
        return _body(ROLES), bearer("plateau")

    def subjects(self, number: int) -> Question:
        """A subject of its own."""
        return _body(ROLES), bearer(f"plateau-{number}")

    def cursors(self, number: int) -> Question:
        """A cursor of its own: now one that leads on, now one that nobody gave."""
        return _body(PAGE, after=self._cursor if number % 2 else secrets.token_urlsafe(48)), self._token

    def heard(self, answer: bytes) -> None:
        """Go on where a page has ended."""
        with suppress(KeyError, TypeError, ValueError):
            self._cursor = orjson.loads(answer)["data"]["practitioners"]["pageInfo"]["endCursor"]


def _body(text: str, name: str | None = None, **variables: object) -> bytes:
    return orjson.dumps({"query": text, "operationName": name, "variables": variables})


def ask(port: int, numbers: Sequence[int], question: Callable[[int], Question], heard: Callable[[bytes], None]) -> None:
    """Ask for every number, over connections that come and go."""
    for start in range(0, len(numbers), EACH_CONNECTION):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in numbers[start : start + EACH_CONNECTION]:
            body, token = question(number)
            signed = {"authorization": f"Bearer {token}"} if token else {}
            connection.request("POST", "/graphql", body, {"content-type": "application/json", **signed})
            answer = connection.getresponse().read()
            heard(answer)
        connection.close()


def grown(server: Server, number: int, kind: str, questions: Questions, console: Console) -> float:
    """Ask so many questions of a kind, and print the memory meanwhile; how much more it is at the end than half-way."""
    held: list[int] = []
    question = getattr(questions, kind)
    console.print(f"{kind:10}", end="")
    for step in range(STEPS):
        numbers = range(step * number // STEPS, (step + 1) * number // STEPS)
        with ThreadPoolExecutor(CALLERS) as callers:
            parts = [numbers[caller::CALLERS] for caller in range(CALLERS)]
            list(callers.map(lambda part: ask(server.port, part, question, questions.heard), parts))
        held.append(server.rss())
        console.print(f"{held[-1] / 1e6:7.0f}", end="")
    console.print()
    return held[-1] / held[STEPS // 2 - 1]


def main(
    number: Annotated[int, typer.Option(help="how many of each kind are asked")] = 100_000,
    kinds: Annotated[str, typer.Option(help="which kinds, with commas")] = "documents,names,tokens,subjects,cursors",
) -> None:
    """Ask a server process over the city what it was never asked, and see whether its memory stays within bounds."""
    console = Console(width=132)
    with city() as world, TemporaryDirectory() as logs:
        contender = Contender(PRODUCT, kabinet, signed_in=True, rights=True)
        with running(contender, world.environment, Path(logs)) as server:
            questions = Questions(world)
            console.print(f"at the start {server.rss() / 1e6:.0f} MB; then after each tenth of {number:,}")
            growth = {kind: grown(server, number, kind, questions, console) for kind in kinds.split(",")}
    growing = [kind for kind, times in growth.items() if times > SLACK]
    if growing:
        raise SystemExit(f"bench: memory grows with {' and '.join(growing)}")


if __name__ == "__main__":
    typer.run(main)
