"""Subgraphs composed to one supergraph, by the library that the gateways of npm use."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMPOSE = Path(__file__).with_name("compose.mjs")
WRITTEN = Path(__file__).parents[2] / "docs" / "subgraphs"


def written(name: str) -> str:
    """The SDL of a part by itself, as it is written down; that it is what the part offers, each part is asked."""
    _, _, sdl = (WRITTEN / f"{name}.graphql").read_text("utf-8").partition("\n\n")
    return sdl


def composed(subgraphs: Sequence[dict[str, str]]) -> dict[str, Any]:
    """The `supergraph` of subgraphs with `name`, `url` and `sdl`, or None; `errors`, and `hints`."""
    text = json.dumps(list(subgraphs))
    done = subprocess.run(["node", COMPOSE], input=text, capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
