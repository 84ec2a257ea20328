"""The files of settings that are lists: issuers, methods of sign-in, clients."""

import json
from pathlib import Path
from typing import Any, Final

LARGEST_FILE: Final = 262_144


class ListInvalid(Exception):
    """The file makes no list of what it should; `faults` say where and what is expected, and hold no values."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def listed(path: Path, of: type[ListInvalid]) -> Any:
    """What a file of JSON holds.

    Raises:
        ListInvalid: of the given kind; it cannot be read, is too large, or no JSON.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise of([f"expected a file of at most {LARGEST_FILE} bytes"])
        return json.loads(path.read_bytes())
    except OSError:
        raise of(["expected a file that can be read"]) from None
    except (ValueError, RecursionError):
        raise of(["expected a file of JSON"]) from None
