"""`python -m gateway.portal`: serves the fake portal until its standard input ends, which its parent holds."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

import uvicorn

from gateway.portal.application import application
from gateway.portal.folder import Folder


async def _serve(options: argparse.Namespace) -> None:
    config = uvicorn.Config(
        application(Folder(options.folder), options.client),
        host=options.host,
        port=options.port,
        log_level="critical",
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    parent = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    await asyncio.wait((serving, parent), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="gateway.portal")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where its keys and its people lie")
    parser.add_argument("--client", required=True, help="the address of the service that people sign in to")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args()))


main()
