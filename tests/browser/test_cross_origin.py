"""A front end that stands on another origin: its page asks, acts and listens in a browser."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.browser.conftest import updated
from tests.served.process import Served

pytestmark = pytest.mark.browser

PATIENCE = 240
PAGE = b"<!doctype html><title>A cabinet on another origin</title><link rel=icon href='data:,'>"
ASK = "query Ask { viewer { practitioner { fullName } } }"
ACT = """
mutation Act { changeNotificationSettings(input: {
  settings: [{kind: ACCREDITATION_EXPIRY, channel: EMAIL, enabled: true, leadDays: [60, 14, 0]}]
}) { settings { kind } problems { code } } }
"""
LISTEN = "subscription Listen { applicationChanged { step } }"
# What a program of a page does, each as a promise of what came of it.
PROGRAM = """
const [graph, token, done] = arguments;
const sent = {
  authorization: `Bearer ${token}`, 'content-type': 'application/json', 'accept-language': 'en',
  'graphql-client-name': 'another-origin', 'x-request-id': 'of-a-page',
};
const post = (query, more = {}) =>
  fetch(graph, {method: 'POST', headers: {...sent, ...more}, body: JSON.stringify({query})});
window.heard = {events: [], frames: []};
window.ask = async (query, more) => {
  const response = await post(query, more);
  return {body: await response.json(), id: response.headers.get('x-request-id'),
    challenge: response.headers.get('www-authenticate'), status: response.status};
};
window.listen = async (query) => {
  const response = await post(query, {accept: 'text/event-stream'});
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) heard.events.push(piece.value);
};
window.open_socket = (query) => {
  const socket = new WebSocket(graph.replace('http', 'ws'), 'graphql-transport-ws');
  socket.onclose = () => heard.frames.push({type: 'closed'});
  socket.onopen = () =>
    socket.send(JSON.stringify({type: 'connection_init', payload: {authorization: `Bearer ${token}`}}));
  socket.onmessage = ({data}) => {
    const frame = JSON.parse(data);
    heard.frames.push(frame);
    if (frame.type === 'connection_ack')
      socket.send(JSON.stringify({id: '1', type: 'subscribe', payload: {query}}));
  };
};
done();
"""


class _Front(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def front() -> Iterator[str]:
    """The address of a page on another port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Front) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opened(driver: Chrome, front: str, served: Served) -> Chrome:
    """The page, with its program and the token of a regulator, who may listen and be asked."""
    driver.set_script_timeout(PATIENCE)
    driver.get(front)
    driver.execute_async_script(PROGRAM, served.graphql, served.token("regulator"))
    return driver


def ask(driver: Chrome, query: str, **headers: str) -> Any:
    script = "const [query, more, done] = arguments; ask(query, more).then(done, (failed) => done(String(failed)))"
    return driver.execute_async_script(script, query, headers)


def test_a_page_on_another_port_asks_and_acts_and_reads_what_it_needs(opened: Chrome) -> None:
    asked = ask(opened, ASK)
    assert asked["body"]["data"]["viewer"] is not None
    assert asked["id"] == "of-a-page"
    acted = ask(opened, ACT, **{"Idempotency-Key": "one-act-of-a-page"})
    assert acted["status"] == 200
    refused = ask(opened, ASK, authorization="Bearer a.b.c")
    assert (refused["status"], refused["challenge"]) == (401, 'Bearer error="invalid_token"')


def test_a_page_on_another_port_listens_by_events_and_by_socket(opened: Chrome, urls: dict[str, str]) -> None:
    opened.execute_script("listen(arguments[0]); open_socket(arguments[0])", LISTEN)
    for _ in range(PATIENCE):
        # Nothing tells that either listens by now: a step is told until both have heard of one.
        asyncio.run(updated(urls["accreditation"]))
        heard = opened.execute_async_script("setTimeout(() => arguments[0](heard), 250)")
        told = [frame["payload"] for frame in heard["frames"] if frame["type"] == "next"]
        if told and "event: next" in "".join(heard["events"]):
            break
    assert told[0] == {"data": {"applicationChanged": {"step": "UPDATED"}}}
    assert '{"data":{"applicationChanged":{"step":"UPDATED"}}}' in "".join(heard["events"])
