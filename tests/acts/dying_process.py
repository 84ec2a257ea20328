"""A process that has the gateway at hand and, for each line it reads, a copy of itself that acts and may die at it.

A line has the point at which to die, the persona's token, and the operation, or where a file is put with its bytes. How
the copy ended is written as a line: the number of the signal that it died of, or what it was answered.
"""

import asyncio
import json
import os
import sys
from typing import Any

import httpx

from gateway.application import Application
from gateway.databases import stores_at
from gateway.settings import Settings
from schema.built import graph
from sources.postgres.crashing import arm


async def acted(asked: Any) -> str:
    """Do one act over the door, and die at the point."""
    settings = Settings.from_environment()
    stores = stores_at(settings, settings.urls, pool=2, deadline=30)
    application = Application(settings, stores)
    await application.keys.open()
    arm(asked["point"])
    transport = httpx.ASGITransport(app=application)
    headers = {"authorization": f"Bearer {asked['token']}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test", headers=headers) as client:
        if "put" in asked:
            url, content = asked["put"]
            return (await client.put(url, content=bytes.fromhex(content))).text
        return (await client.post("/graphql", json=asked["body"])).text


def main() -> None:
    """Answer lines until there are no more."""
    # What is alike in all copies is made once.
    graph()
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, asyncio.run(acted(json.loads(line))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as told:
            answered = told.read()
        _, status = os.waitpid(child, 0)
        signalled = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        sys.stdout.write(json.dumps({"signal": signalled, "answered": answered}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
