"""What libraries log, as lines of the program's own log: who says it and where, never a value."""

import logging

from gateway.log import Log, place, raised


def hear_libraries(log: Log) -> None:
    """Let every warning and error that a library logs in this process become a line of the log, and nothing else."""
    root = logging.getLogger()
    root.handlers = [Libraries(log)]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


class Libraries(logging.Handler):
    """One line for each record: where it was noted, the server's own words, and the kind and place of a failure."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Note the record without its arguments, and without words but the server's own: both may hold values."""
        facts: dict[str, str | list[str]] = {"level": record.levelname.lower(), "logger": record.name}
        facts["noted"] = place(record.pathname, record.lineno, record.funcName)
        failed = record.exc_info[1] if record.exc_info else record.msg
        if record.name.startswith("uvicorn") and isinstance(record.msg, str):
            facts["message"] = _said(record.msg)
        if isinstance(failed, BaseException):
            facts |= raised(failed)
        self._log.event("library", **facts)


def _said(text: str) -> str:
    """The first line, after which objects are written out; of the whole text of a failure its kind."""
    lines = text.strip().splitlines() or [""]
    return lines[-1].partition(":")[0] if lines[0].startswith("Traceback ") else lines[0]
