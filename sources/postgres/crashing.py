"""Points at which a process can be told to die, to prove that an act cut short is whole or not there."""

import os
import signal

OF_ACTS = ("begin", "locked", "written", "left", "before_commit", "after_commit", "before_answer")
OF_JOBS = (
    "exchange_sent",
    "service_told",
    "form_read",
    "form_made",
    "form_enclosed",
    "referral_read",
    "referral_made",
    "referral_kept",
    "upload_received",
    "relay_read",
    "relay_written",
    "relay_marked",
)
POINTS = (*OF_ACTS, *OF_JOBS)

_armed: set[str] = set()


def arm(point: str | None) -> None:
    """Die at the point when it is next reached; the program does this in the demo profile only."""
    _armed.clear()
    if point:
        _armed.add(point)


def reach(point: str) -> None:
    """Say that a point is reached; the process dies here without a word if it was told to."""
    if point in _armed:
        os.kill(os.getpid(), signal.SIGKILL)
