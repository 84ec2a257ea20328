"""Runs the processes that serve, and says by the exit code when they could not begin."""

import sys
from contextlib import suppress

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess


def run(config: uvicorn.Config) -> None:
    """Serve in this process, or in as many of its own as are wanted, until told to stop.

    Raises:
        SystemExit: no process could begin to serve, or one that took the place of another could not.
    """
    with suppress(KeyboardInterrupt):
        if config.workers > 1:
            workers = Multiprocess(config, [config.bind_socket()])
            workers.run()
            failed = any(one.exitcode == STARTUP_FAILURE for one in workers.processes)
        else:
            server = uvicorn.Server(config)
            server.run()
            failed = not server.started
        if failed:
            sys.exit(STARTUP_FAILURE)
