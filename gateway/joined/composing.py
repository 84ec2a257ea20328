"""One supergraph of our graph and those of others, made by a program of Node once and kept by what it was made of."""

import json
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from engine.graph import GraphRefused

SCRIPT: Final = Path(__file__).with_name("compose.mjs")
NODE: Final = ("node",)
PATIENCE: Final = 60.0
# What its words say to composition of another release is not known.
COMPOSITION: Final = "@theguild/federation-composition 0.27.0"


class CannotCompose(Exception):
    """Nobody can compose here: Node or its package is missing, and no supergraph of these schemas was kept."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What the schemas make together.

    Attributes:
        digest: of what it was made of.
        supergraph: what planners read.
        public: what everybody sees, in the language of schemas, without slips.
    """

    digest: str
    supergraph: str
    public: str


def composed(subgraphs: list[dict[str, str]], folder: Path) -> Composed:
    """The supergraph of subgraphs (`name`, `url`, `typeDefs`), from a folder, or made now and kept there.

    Raises:
        GraphRefused: they do not compose; every fault is listed.
        CannotCompose: nobody can make it here.
    """
    asked = json.dumps(subgraphs, ensure_ascii=False, sort_keys=True)
    digest = sha256(f"{COMPOSITION}\n{asked}".encode()).hexdigest()
    place = folder / f"{digest}.json"
    said = _kept(place)
    if said is None:
        said = _made(asked)
        folder.mkdir(parents=True, exist_ok=True)
        # Whoever reads it meanwhile finds all of it, or nothing.
        half = place.with_suffix(f".{id(said)}.part")
        half.write_text(json.dumps(said), "utf-8")
        half.replace(place)
    return Composed(digest, said["supergraph"], said["public"])


def _kept(place: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None
    fits = isinstance(said, dict) and isinstance(said.get("supergraph"), str) and isinstance(said.get("public"), str)
    return said if fits else None


def _made(asked: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            (*NODE, str(SCRIPT)), input=asked.encode(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise CannotCompose("node does not compose here: it is not installed, or does not answer") from None
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise CannotCompose("node cannot compose here: are its packages installed (npm ci --omit=dev)?") from None
    if said["errors"] or not said.get("supergraph"):
        raise GraphRefused([f"composition: {text}" for text in said["errors"]] or ["composition: nothing came of it"])
    return said
