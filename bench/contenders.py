"""Who is measured: one table, in which a contender is an entry."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FLOOR = "floor"
PRODUCT = "product"
REFERENCE = "reference"

Command = Callable[[int], list[str]]


@dataclass(frozen=True)
class Contender:
    """One server and how it is asked.

    Attributes:
        command: what starts it on a port.
        viewers: how many different people ask, each with a token.
        signed_in: whether a token is sent.
        rights: whether it gives each viewer only what he may read.
        charts: whether it shows patients to whoever of the cast they belong to.
        environment: what it is told beside what all are told.
    """

    name: str
    command: Command
    viewers: int = 1
    signed_in: bool = False
    rights: bool = False
    charts: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name, with the number of viewers when there are many."""
        return self.name if self.viewers == 1 else f"{self.name} ×{self.viewers}"


def kabinet(port: int) -> list[str]:
    """The product, as it is served."""
    return ["env", f"KABINET_PORT={port}", str(Path(sys.executable).with_name("kabinet")), "serve", "--world", "city"]


def asgi(application: str) -> Command:
    """An ASGI application on the server that the product has, with the same settings."""
    return lambda port: [
        sys.executable, "-m", "uvicorn", application, "--port", str(port), "--loop", "uvloop", "--http", "httptools",
        "--ws", "none", "--no-access-log", "--log-level", "warning", "--no-server-header", "--no-proxy-headers",
    ]  # fmt: skip


CONTENDERS = (
    Contender(FLOOR, asgi("bench.floor:application"), charts=True),
    Contender("prepared", asgi("bench.floor:application"), charts=True, environment={"FLOOR_PREPARED": "yes"}),
    Contender(PRODUCT, kabinet, signed_in=True, rights=True, charts=True),
    Contender(PRODUCT, kabinet, viewers=1_000, signed_in=True, rights=True),
    Contender("anonymous", kabinet, rights=True),
    Contender(
        REFERENCE, kabinet, signed_in=True, rights=True, charts=True, environment={"KABINET_EXECUTOR": "reference"}
    ),
    Contender("strawberry", asgi("bench.strawberry_plain:application")),
)


def chosen(names: list[str], executor: str) -> list[Contender]:
    """The contenders of these names, the floor always; the reference only where the product is something else."""
    return [
        one
        for one in CONTENDERS
        if one.name == FLOOR or (one.name in names and not (one.name == REFERENCE and executor == REFERENCE))
    ]
