"""A program that another one runs beside itself: it serves until its standard input ends, which its parent holds."""

import argparse
import asyncio
import contextlib
import sys
from typing import Any

import uvicorn


def arguments(name: str) -> argparse.ArgumentParser:
    """What such a program is told by its command line: where it listens."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    return parser


def serve(application: Any, host: str, port: int) -> None:
    """Serve an ASGI application until the parent is gone."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_served(application, host, port))


async def _served(application: Any, host: str, port: int) -> None:
    config = uvicorn.Config(
        application, host=host, port=port, log_level="critical", access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    parent = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    await asyncio.wait((serving, parent), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
