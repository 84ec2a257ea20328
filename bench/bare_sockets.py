"""What telling costs at the least: a server that writes the bytes it is given to all its sockets."""

import sys

import uvicorn

from gateway.http.headers import Receive, Scope, Send
from gateway.serving import WEBSOCKETS

SOCKETS: set[Send] = set()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """A socket that answers each ping; POST /graphql writes its body to every socket."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
        SOCKETS.add(send)
        while (message := await receive())["type"] == "websocket.receive":
            if '"ping"' in message["text"]:
                await send({"type": "websocket.send", "text": '{"type":"pong"}'})
        SOCKETS.discard(send)
    elif scope["type"] == "http":
        text = (await receive())["body"].decode()
        for write in SOCKETS:
            await write({"type": "websocket.send", "text": text})
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


if __name__ == "__main__":
    uvicorn.run(
        application,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        **WEBSOCKETS,
    )
