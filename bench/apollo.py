"""Apollo Gateway in front of the product as one subgraph and of the hospital, as joined answers are measured beside it.

Its packages are under the Elastic License 2.0, and no part of the project: they are installed when they are asked for,
into a folder of the bench's data.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.contenders import Contender
from bench.pairs import OURS
from bench.running import Server, ServerFailed, running
from bench.world import FOLDER, City
from gateway.hospital.graph import SDL
from gateway.joined.composing import composed
from gateway.kept_secrets import ROUTER_FILE
from gateway.settings import ONLY, PARTS
from schema.subgraph import subgraph

PACKAGES: Final = {"@apollo/gateway": "2.14.4", "@apollo/server": "5.5.1", "graphql": "16.15.0"}
PLACE: Final = FOLDER / "apollo"
SCRIPT: Final = Path(__file__).with_name("apollo.mjs")
_INSTALL: Final = ("npm", "install", "--no-audit", "--no-fund", "--no-progress", "--ignore-scripts", "--prefix")


def install() -> None:
    """Have the packages in their folder.

    Raises:
        ServerFailed: npm does not install them.
    """
    wanted = json.dumps({"private": True, "dependencies": PACKAGES})
    package, done = PLACE / "package.json", PLACE / "installed.json"
    if done.is_file() and done.read_text("utf-8") == wanted:
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    package.write_text(wanted, "utf-8")
    try:
        subprocess.run((*_INSTALL, str(PLACE)), cwd=PLACE, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise ServerFailed(f"npm does not install Apollo Gateway: {getattr(failed, 'stderr', failed)}") from None
    done.write_text(wanted, "utf-8")


@contextmanager
def apollo_gateway(world: City, hospital: str, folder: Path) -> Iterator[Server]:
    """The gateway, ready, with the product behind it; `hospital` is where that answers.

    Raises:
        ServerFailed: one of them does not start.
    """
    part = replace(OURS, name="part", environment={ONLY: ",".join(PARTS)})
    with running(part, world.environment, folder) as served:
        ours = {"name": "kabinet", "url": f"http://127.0.0.1:{served.port}/graphql", "typeDefs": subgraph().sdl}
        theirs = {"name": "mis", "url": hospital, "typeDefs": SDL}
        supergraph, script = folder / "supergraph.graphql", PLACE / SCRIPT.name
        supergraph.write_text(composed([ours, theirs], folder).supergraph, "utf-8")
        # Where it lies, Node looks for its packages.
        script.write_bytes(SCRIPT.read_bytes())
        secret = (world.folder / ROUTER_FILE).read_text("utf-8").strip()
        router = Contender(
            "Apollo Gateway",
            lambda port: ["node", str(script), str(port), str(supergraph)],
            signed_in=True,
            rights=True,
            environment={"NODE_ENV": "production", "ROUTER_SECRET": secret},
        )
        with running(router, world.environment, folder, behind=(served,)) as before:
            yield before
