"""The child that waits, and makes a copy of itself for each file; it never touches a byte of a file itself."""

import ctypes
import gc
import json
import mmap
import os
import resource
import select
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sources.examining import bounds
from sources.examining.examined import as_data
from sources.examining.looking.file import look
from sources.examining.looking.preview import drawn
from sources.examining.looking.warming import warm

WELL, LATE, BURST, BROKEN = b"0", b"1", b"2", b"3"
# By which a copy says that it ran out of memory.
_BURST_STATUS: Final = 2
# What a library does when it gets no memory, or no more time.
_OUT_OF_MEMORY: Final = frozenset({signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGKILL})
_ANSWERS: Final = 3
_PR_SET_DUMPABLE: Final = 4


@dataclass(slots=True)
class Copy:
    """A copy of the child while it looks at a file."""

    answer: int
    ends: float
    late: bool = False


def main() -> None:
    """Wait for files on the socket that is standard input; end when it is closed."""
    line = socket.socket(fileno=os.dup(0))
    # A copy keeps its standard input, and must not hear what others are asked.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.close(nothing)
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warm()
    gc.collect()
    gc.freeze()
    wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    copies: dict[int, Copy] = {}
    while True:
        soonest = min((copy.ends for copy in copies.values() if not copy.late), default=None)
        wait = None if soonest is None else max(0.0, soonest - time.monotonic())
        ready, _, _ = select.select([line.fileno(), wake], [], [], wait)
        if wake in ready:
            os.read(wake, 1 << 10)
        _reap(copies)
        if line.fileno() in ready and not _take(line, copies):
            break
    for pid in copies:
        os.kill(pid, signal.SIGKILL)


def _take(line: socket.socket, copies: dict[int, Copy]) -> bool:
    """Have the next file looked at; False when nobody asks any more."""
    said, handles, _, _ = socket.recv_fds(line, 1 << 12, 2)
    if not said:
        return False
    question = json.loads(said)
    memory, answer = handles
    pid = os.fork()
    if pid == 0:
        _look(question, memory, answer)
    os.close(memory)
    os.set_blocking(answer, False)
    copies[pid] = Copy(answer, time.monotonic() + question["seconds"])
    return True


def _reap(copies: dict[int, Copy]) -> None:
    now = time.monotonic()
    for pid, copy in copies.items():
        if copy.ends <= now and not copy.late:
            copy.late = True
            os.kill(pid, signal.SIGKILL)
    for pid in [*copies]:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            copy = copies.pop(pid)
            try:
                os.write(copy.answer, _verdict(copy, status))
            except OSError:
                # Whoever asked has left.
                continue
            finally:
                os.close(copy.answer)


def _verdict(copy: Copy, status: int) -> bytes:
    if copy.late:
        return LATE
    if os.WIFSIGNALED(status):
        killed_by = os.WTERMSIG(status)
        return LATE if killed_by == signal.SIGXCPU else BURST if killed_by in _OUT_OF_MEMORY else BROKEN
    code = os.WEXITSTATUS(status)
    return WELL if code == 0 else BURST if code == _BURST_STATUS else BROKEN


def _look(question: dict[str, Any], memory: int, answer: int) -> None:
    """What the copy does; it does not come back."""
    status = 1
    try:
        mapped = mmap.mmap(memory, question["size"], access=mmap.ACCESS_COPY)
        os.dup2(answer, _ANSWERS)
        preview = question["task"] == "page"
        _confine(bounds.PREVIEW_MEMORY if preview else bounds.MEMORY, question["seconds"])
        if preview:
            said = drawn(mapped, question["page"], question["width"])
        else:
            said = json.dumps(as_data(look(mapped))).encode()
        while said:
            said = said[os.write(_ANSWERS, said) :]
        status = 0
    except MemoryError:
        status = _BURST_STATUS
    except BaseException:  # noqa: BLE001 - whatever a library makes of a hostile file, the file is refused
        status = 1
    finally:
        os._exit(status)


def _confine(memory: int, seconds: float) -> None:
    """Leave the copy no file, no socket, no child, and so much memory and time."""
    signal.set_wakeup_fd(-1)
    os.closerange(_ANSWERS + 1, 1 << 10)
    whole = int(seconds) + 1
    with Path("/proc/self/statm").open("rb") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: mapped + memory,
        resource.RLIMIT_CPU: whole,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_STACK: 8 << 20,
        resource.RLIMIT_NOFILE: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
