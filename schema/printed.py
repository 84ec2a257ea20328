"""The graph as text: SDL with the permissions that guard it."""

from schema.built import graph
from schema.subgraph import subgraph
from schema.version import VERSION

HEADING = f"# Kabinet {VERSION}. Written by `make generate` from the declarations in schema/; do not edit.\n\n"


def sdl() -> str:
    """The schema definition, as clients and reviewers read it."""
    return HEADING + graph().schema.as_str().strip() + "\n"


def part(name: str) -> str:
    """The definition of one part, as compositions read it."""
    return HEADING + subgraph([name]).sdl.strip() + "\n"
