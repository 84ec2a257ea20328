"""The central register of services as another would write it: an HTTPS server in a process of its own.

It knows the protocol from its page alone. What it does with the next message stands in `moods.json` of its folder, and
what came is kept there line by line, so that a register that died goes on where it was.
"""

import json
import os
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


class Register(BaseHTTPRequestHandler):
    """Answers messages, each name always alike once it was decided."""

    folder: Path

    def do_POST(self) -> None:
        """Take one message, or do as the mood is."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        mood = self.mood()
        self.kept("came.jsonl", {"mood": mood, "headers": dict(self.headers.items()), "body": body})
        name = self.headers["idempotency-key"]
        if mood in {"401", "429", "500", "202"}:
            self.said(int(mood), b"")
            return
        decided = self.decided().get(name)
        if decided is None:
            verdict = {"verdict": "REJECTED", "code": mood[5:]} if mood.startswith("nack:") else {"verdict": "ACCEPTED"}
            decided = {"format": "kabinet-service-answer/1", "message": name, **verdict}
            if verdict["verdict"] == "ACCEPTED":
                decided["number"] = f"РМУ-{len(self.decided()) + 1}"
            if not mood.startswith("nack:RATE"):
                self.kept("decided.jsonl", decided)
        if mood == "die":
            os._exit(3)
        content = json.dumps(decided).encode()
        if mood == "other":
            content = content.replace(name.encode(), b"00000000-0000-4000-8000-000000000000")
        status = 422 if decided["verdict"] == "REJECTED" else 200
        if mood == "drip":
            self.dripped(content)
            return
        self.said(status, content)

    def mood(self) -> str:
        """What is to be done now."""
        file = self.folder / "moods.json"
        moods = json.loads(file.read_text())
        file.write_text(json.dumps(moods[1:]))
        return moods[0] if moods else "well"

    def kept(self, name: str, said: Any) -> None:
        """Keep a line."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")

    def decided(self) -> dict[str, Any]:
        """What was decided, by the names of messages."""
        file = self.folder / "decided.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return {one["message"]: one for one in map(json.loads, lines)}

    def said(self, status: int, content: bytes) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def dripped(self, content: bytes) -> None:
        """Answer a byte at a time, for longer than anybody waits."""
        try:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            for one in content[:40]:
                self.wfile.write(bytes((one,)))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            """Whoever asked has gone."""

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


def main(folder: Path) -> None:
    """Serve until somebody ends the process; the port is written once it is open."""
    Register.folder = folder
    file = folder / "port"
    server = HTTPServer(("127.0.0.1", int(file.read_text()) if file.exists() else 0), Register)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made = folder / "port.part"
    made.write_text(str(server.server_port))
    made.replace(file)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
