import io
import json
import logging
import sys
from typing import Any

import pytest

from gateway.libraries_log import Libraries
from gateway.log import MOST_WAITING, Exchange, Log, escaped


def lines(sink: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def exchange(**known: Any) -> Exchange:
    return Exchange("request-1", "POST", "ru", **known)


def test_a_request_is_one_line_of_known_fields() -> None:
    sink = io.StringIO()
    known = exchange(
        operation="Card", document="ab12", statements={"registry": 2}, refusals=3, codes=("BAD_USER_INPUT",)
    )
    Log(sink=sink).request(known, 200, 12.345)
    (line,) = lines(sink)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "request",
        "requestId": "request-1",
        "method": "POST",
        "status": 200,
        "ms": 12.35,
        "operation": "Card",
        "document": "ab12",
        "statements": {"registry": 2},
        "refusals": 3,
        "codes": ["BAD_USER_INPUT"],
    }


@pytest.mark.parametrize("name", ["a b", "a\nb", "\x1b[31m", "\u202eevil", "1a", "имя", "a" * 65, ""])
def test_an_operation_name_that_is_none_is_left_out(name: str) -> None:
    sink = io.StringIO()
    Log(sink=sink).request(exchange(operation=name), 200, 1.0)
    (line,) = lines(sink)
    assert "operation" not in line


def test_an_unknown_method_is_not_repeated() -> None:
    sink = io.StringIO()
    Log(sink=sink).request(Exchange("request-1", "STEAL\x1b", "ru"), 405, 1.0)
    assert lines(sink)[0]["method"] == "OTHER"


@pytest.mark.parametrize("form", ["json", "console"])
def test_controls_and_marks_of_direction_stay_within_one_line(form: str) -> None:
    sink = io.StringIO()
    Log(form, sink).event("start\r\nforged \x1b[2J \u202e \u2066 \x85 \u2028 \x7f", place="a\nb")
    text = sink.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert all(character.isprintable() for character in text[:-1])


def test_a_fault_is_noted_without_its_text() -> None:
    sink = io.StringIO()
    log = Log(sink=sink)
    with pytest.raises(ValueError, match="112") as failed:
        int("112-233-445 95")
    log.fault("error-1", "request-1", failed.value)
    (line,) = lines(sink)
    assert (line["errorId"], line["kind"]) == ("error-1", "ValueError")
    assert "test_log.py" in line["raised"][-1]
    assert "112" not in sink.getvalue().replace(line["at"], "").replace(line["raised"][-1], "")


async def test_nobody_waits_for_a_slow_log_and_what_does_not_fit_is_counted() -> None:
    sink = io.StringIO()
    log = Log(sink=sink)
    for _ in range(MOST_WAITING + 5):
        log.request(exchange(), 200, 1.0)
    assert not sink.getvalue()
    log.close()
    written = lines(sink)
    assert len(written) == MOST_WAITING + 1
    assert (written[-1]["event"], written[-1]["count"]) == ("lines dropped", 5)


class Closed(io.StringIO):
    def write(self, _: str, /) -> int:
        raise OSError("No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    Log(sink=Closed()).event("start")


def test_escaped_text_can_be_told_apart() -> None:
    assert escaped("a\tb\u202ec ё") == "a\\u0009b\\u202ec ё"


def test_what_a_library_says_is_a_line_without_values() -> None:
    sink = io.StringIO()
    heard = Libraries(Log(sink=sink))
    for name, text in (("uvicorn.error", "Exception in %s\n"), ("asyncio", "Task of secret-1 failed %s")):
        try:
            raise ValueError("secret-2")
        except ValueError:
            record = logging.LogRecord(name, logging.ERROR, __file__, 7, text, ("secret-3",), sys.exc_info(), "did")
            heard.handle(record)
    told = lines(sink)
    assert "secret" not in sink.getvalue()
    assert [(line["event"], line["level"], line["kind"]) for line in told] == [("library", "error", "ValueError")] * 2
    assert [line.get("message") for line in told] == ["Exception in %s", None]
    assert {line["noted"] for line in told} == {"tests/gateway/test_log.py:7 did"}
    assert all(line["raised"][0].startswith("tests/gateway/test_log.py:") for line in told)


def test_the_whole_text_of_a_failure_that_the_server_passes_on_is_told_by_its_kind() -> None:
    sink = io.StringIO()
    text = 'Traceback (most recent call last):\n  File "a.py", line 1\n    read("secret-1")\nKeyError: "secret-2"\n'
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "on.py", 1, text, (), None, "did")
    Libraries(Log(sink=sink)).handle(record)
    (line,) = lines(sink)
    assert (line["message"], line["noted"]) == ("KeyError", "on.py:1 did")
