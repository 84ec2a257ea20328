"""Where a browser goes once its owner came in: a path of this service, and never anywhere else."""

import re
from typing import Final

LONGEST: Final = 4_096
HOME: Final = "/"
# The one door below /auth/ that people are sent on to.
_ONWARD: Final = "/auth/authorize"
# What a path, its query and its fragment are made of (RFC 3986); a backslash, which browsers take for a slash, is not.
_PATH: Final = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*")
_SLASHES: Final = re.compile(r"%(?:2f|5c)", re.IGNORECASE)


def is_of_an_app(path: str) -> bool:
    """Whether people are sent on from there to an app."""
    return path.partition("?")[0] == _ONWARD


def is_own_path(text: str) -> bool:
    """Whether a text is a path of this service to which people may be sent."""
    if len(text) > LONGEST or not _PATH.fullmatch(text):
        return False
    path = text.partition("?")[0].partition("#")[0]
    segments = path.split("/")
    if "//" in path or "." in segments or ".." in segments or _SLASHES.search(path):
        return False
    return not path.lower().startswith("/auth") or path == _ONWARD
