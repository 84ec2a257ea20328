"""A recipient as another would write it: a small HTTPS server that knows the protocol from its page, and OpenSSL."""

import base64
import hashlib
import json
import ssl
import subprocess
import threading
import zipfile
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, Final

ENGINE: Final = """
openssl_conf = conf
[conf]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = named
[named]
"""


def openssl(folder: Path, *argv: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """OpenSSL's command, with the engine of GOST where the machine has it."""
    configuration = folder / "engine.cnf"
    configuration.write_text(ENGINE)
    environment = {"PATH": "/usr/bin:/bin", "OPENSSL_CONF": str(configuration)}
    return subprocess.run(
        ("openssl", *argv), input=given, capture_output=True, env=environment, cwd=folder, check=False, timeout=20
    )


def made(folder: Path, *argv: str) -> None:
    """OpenSSL's command, which has to do its work."""
    done = openssl(folder, *argv)
    assert done.returncode == 0, done.stderr


@dataclass
class Receiver:
    """The server; what it does with the next package stands in `moods`, and it is well disposed without one.

    Attributes:
        trusted: the file of the certificates of senders that it trusts, PEM.
        came: packages by name, each with the bytes in which it came last, and how often.
        told: the receipt for each name, as it was given the first time.
    """

    folder: Path
    trusted: Path
    moods: deque[str] = field(default_factory=deque)
    came: dict[tuple[str, str, str], tuple[bytes, int]] = field(default_factory=dict)
    told: dict[tuple[str, str, str], tuple[bytes, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        """Make an authority for the server, and a key for receipts."""
        folder = self.folder
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
        made(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Receiver CA")
        made(
            folder, "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
            "server.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        )  # fmt: skip
        made(
            folder, "req", "-x509", *curve, "-keyout", "receipts.key", "-out", "receipts.crt", "-subj", "/CN=Receipts",
            "-addext", "keyUsage=digitalSignature",
        )  # fmt: skip
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.answer(self)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Where packages go."""
        return f"https://localhost:{self.port}/packages?desk=1"

    def close(self) -> None:
        """Serve no more."""
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Take one package, or do as the mood is."""
        mood = self.moods.popleft() if self.moods else "well"
        body = request.rfile.read(int(request.headers["content-length"]))
        if mood == "slow":
            # It says nothing until whoever waits for it leaves.
            with suppress(OSError):
                request.rfile.read(1)
            request.close_connection = True
            return
        if mood in {"500", "302", "429"}:
            self._said(request, int(mood), b"oops", location="https://localhost/elsewhere")
            return
        if mood == "endless":
            self._said(request, 200, b"x" * 200_000)
            return
        headers = request.headers
        name = (headers["kabinet-source"], headers["kabinet-package"], headers["kabinet-package-issue"])
        _, count = self.came.get(name, (b"", 0))
        self.came[name] = body, count + 1
        if mood == "taken":
            self._said(request, 202, b"")
            return
        if name not in self.told or mood != "well":
            self.told[name] = self.receipt(body, name, mood)
        content, signature = self.told[name]
        status = 200 if json.loads(content)["verdict"] != "REJECTED" else 422
        more = {} if mood == "unsigned" else {"kabinet-signature": signature}
        if mood == "forged":
            content = content.replace(b"ACCEPTED", b"DELIVERED")
        self._said(request, status, content, **more)

    def receipt(self, body: bytes, name: tuple[str, ...], mood: str) -> tuple[bytes, str]:
        """The receipt for a package that came, with its signature."""
        code = mood.removeprefix("nack:") if mood.startswith("nack:") else None
        text = None
        try:
            manifest = self.opened(body)
        except (AssertionError, KeyError, zipfile.BadZipFile) as wrong:
            self.faults.append(repr(wrong))
            manifest, code = b"", "SIGNATURE_VERIFICATION_ERROR"
        if code is not None:
            text = "Сотрудник Канарейкин Пётр, СНИЛС 112-233-445 95, не найден"
        verdict = "DELIVERED" if mood == "delivered" else "ACCEPTED" if code is None else "REJECTED"
        return self.written(name, manifest, verdict, code, text)

    def written(
        self, name: tuple[str, ...], manifest: bytes, verdict: str, code: str | None = None, text: str | None = None
    ) -> tuple[bytes, str]:
        """A receipt with its signature."""
        said = {
            "format": "kabinet-receipt/1",
            "package": {"source": name[0], "id": name[1], "issue": int(name[2])},
            "manifest": hashlib.sha256(manifest).hexdigest(),
            "verdict": verdict,
            "at": "2026-11-29T12:00:00+00:00",
            "code": code,
            "text": text,
            "number": "РЭМД-77" if verdict == "ACCEPTED" else None,
        }
        content = json.dumps(said, ensure_ascii=False).encode()
        signed = openssl(
            self.folder, "cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "receipts.crt", "-inkey",
            "receipts.key", given=content,
        )  # fmt: skip
        assert signed.returncode == 0, signed.stderr
        return content, base64.b64encode(signed.stdout).decode()

    def opened(self, body: bytes) -> bytes:
        """The manifest of a package in which all is as it is signed."""
        with zipfile.ZipFile(BytesIO(body)) as package:
            assert package.testzip() is None
            manifest = package.read("manifest.json")
            assert self.verifies(package.read("manifest.json.p7s"), manifest), "the signature of the manifest"
            for document in json.loads(manifest)["documents"]:
                content = self._as_said(package, document["content"])
                for signature in document["signatures"]:
                    assert self.verifies(self._as_said(package, signature), content), "the signature of a document"
        return manifest

    def _as_said(self, package: zipfile.ZipFile, said: dict[str, Any]) -> bytes:
        content = package.read(said["file"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (said["byteSize"], said["sha256"])
        return content

    def verifies(self, signature: bytes, content: bytes) -> bool:
        """Whether OpenSSL alone finds a detached signature good."""
        (self.folder / "signature.der").write_bytes(signature)
        (self.folder / "content.bin").write_bytes(content)
        done = openssl(
            self.folder, "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature.der", "-content",
            "content.bin", "-CAfile", str(self.trusted), "-purpose", "any", "-out", "/dev/null",
        )  # fmt: skip
        if done.returncode:
            self.faults.append(done.stderr.decode())
        return done.returncode == 0

    def _said(self, request: BaseHTTPRequestHandler, status: int, content: bytes, **more: str) -> None:
        try:
            request.send_response(status)
            for name, value in {**more, "content-length": str(len(content))}.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            """Whoever sent it has gone."""
