"""What a served process writes on standard error: JSON, line by line, whatever comes over the net."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.served.process import Served, serving

FOREIGN = "https://evil.example.net"


def garbage(served: Served) -> None:
    """Send what is no request, and wait until the server has hung up."""
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as opened:
        opened.sendall(b"\x00\x01 no request at all\r\n\r\n")
        while opened.recv(4096):
            pass


def foreign_socket(served: Served) -> None:
    with pytest.raises(InvalidStatus), connect(served.graphql.replace("http", "ws", 1), origin=Origin(FOREIGN)):
        pass


def test_every_line_of_the_log_is_json_and_says_who_was_refused_and_why(folder: Path, urls: dict[str, str]) -> None:
    bad = {"authorization": f"Bearer {'x' * 9_000}"}
    with serving(folder, urls) as served:
        garbage(served)
        foreign_socket(served)
        asks = {"origin": FOREIGN, "access-control-request-method": "POST"}
        httpx.options(served.graphql, headers=asks)
        httpx.post(served.graphql, json={"query": "{ __typename }"}, headers={"authorization": "Bearer a.b.c"})
        httpx.post(served.graphql, json={"query": "{ __typename }"}, headers=bad)
        httpx.post(served.graphql, json={"query": "query OnlyOne { __typename }"})
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    (started,) = (line for line in lines if line["event"] == "started")
    assert (started["profile"], started["executor"]) == ("demo", "compiled")
    assert started["version"]
    assert [(line["door"], line["origin"]) for line in lines if line["event"] == "origin refused"] == [
        ("WS", FOREIGN),
        ("HTTP", FOREIGN),
    ]
    requests = [line for line in lines if line["event"] == "request"]
    (at_the_socket,) = (line for line in requests if line["method"] == "WS")
    assert (at_the_socket["status"], at_the_socket["codes"]) == (403, ["BAD_REQUEST"])
    assert [line["reason"] for line in requests if line.get("codes") == ["UNAUTHENTICATED"]] == [
        "MALFORMED",
        "TOO_LONG",
    ]
    assert [line["operation"] for line in requests if "operation" in line] == ["OnlyOne"]
