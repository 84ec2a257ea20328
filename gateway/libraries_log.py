"""What libraries log, as lines of the program's own log: of a failure its kind and place, never a value."""

import logging
from typing import Final

from gateway.log import Log, raised

LONGEST: Final = 200


def hear_libraries(log: Log) -> None:
    """Let every warning and error that a library logs in this process become a line of the log."""
    root = logging.getLogger()
    root.handlers = [_Lines(log)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


class _Lines(logging.Handler):
    """One line for each record."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Note the record: the kind and place of what was raised, else the first line of what is said.

        Arguments are not put into what is said, for they may come from a request; nor is what stands after the first
        line, where libraries write out the objects that they speak of.
        """
        facts: dict[str, str | list[str]] = {"logger": record.name, "level": record.levelname}
        failed = record.exc_info[1] if record.exc_info else record.msg
        if isinstance(failed, BaseException):
            facts["kind"] = type(failed).__qualname__
            facts["raised"] = raised(failed)
        elif record.name == "py.warnings":
            facts["said"] = "a warning of Python"
        else:
            facts["said"] = _said(str(record.msg))
        self._log.event("library", **facts)


def _said(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    if lines[0].startswith("Traceback "):
        # The whole text of a failure, whose last line begins with its kind.
        return lines[-1].partition(":")[0][:LONGEST]
    return lines[0][:LONGEST]
