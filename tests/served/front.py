"""A real nginx before a gateway, with the configuration that docs/production.md shows, and with an older one."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.house import pages
from tests.served.process import PATIENCE, free_port

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# What there is no need of without TLS.
_TLS = re.compile(r"^ *(?:ssl_certificate\w*|http2) .*\n", re.MULTILINE)
_MAPS = re.compile(r"^map .*?^}\n", re.MULTILINE | re.DOTALL)
_OLD_MAP = 'map $http_upgrade $kabinet_connection { default upgrade; "" ""; }\n'


def documented() -> str:
    """The configuration as it stands on the page."""
    (block,) = (block for block in pages.blocks("docs/production.md") if block.kind == "nginx")
    return block.text


def older() -> str:
    """The configuration as the page had it before: any `Upgrade` is passed on, and upstream connections are kept."""
    passing = documented().replace("Upgrade $kabinet_upgrade", "Upgrade $http_upgrade")
    return _OLD_MAP + _MAPS.sub("", passing)


@contextlib.contextmanager
def nginx(folder: Path, configuration: str, upstream: int) -> Iterator[int]:
    """The port of an nginx that passes on to a port of the gateway; one process, so that connections are shared."""
    assert NGINX is not None, "nginx is not installed"
    port = free_port()
    server = _TLS.sub("", configuration).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    server = server.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    kept = " ".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"""daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; {user}
    events {{ }} http {{ access_log off; {kept} {server} }}"""
    (folder / "nginx.conf").write_text(whole)
    process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-c", folder / "nginx.conf"])
    try:
        _wait(port, process, folder)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise AssertionError(f"nginx does not listen:\n{(folder / 'error.log').read_text()}")
