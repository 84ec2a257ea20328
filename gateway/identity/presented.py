"""What a caller shows of himself with a request, as it came: nothing of it is believed yet."""

from typing import NamedTuple

from gateway.identity.cookie import Shown


class Presented(NamedTuple):
    """The access token, the employment under which he asks, and the practitioner on whose behalf.

    Attributes:
        cookie: of his session, where he is a browser and shows no token; with it came what only our own pages know.
        certificate: the SHA-256 of the one that he came with, where a proxy tells it.
    """

    bearer: str | None = None
    workplace: str | None = None
    on_behalf_of: str | None = None
    cookie: Shown | None = None
    certificate: bytes | None = None


NOTHING = Presented()
