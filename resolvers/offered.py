"""A method of sign-in as the program was set up with it."""

from typing import NamedTuple


class Offered(NamedTuple):
    """One of those among which people choose; `kind` is ESIA or OPENID, `title` is Russian."""

    id: str
    kind: str
    title: str
    title_en: str
