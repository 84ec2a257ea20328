"""Named places where a test makes the process die at once, as by a power cut."""

import os
import signal

VARIABLE = "KABINET_CRASH_AT"


def crash_at(point: str) -> None:
    """Kill this process if it is the demo and this is the point that `KABINET_CRASH_AT` names."""
    if os.environ.get(VARIABLE) == point and os.environ.get("KABINET_PROFILE") == "demo":
        os.kill(os.getpid(), signal.SIGKILL)
