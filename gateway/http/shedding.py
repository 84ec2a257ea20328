"""Sends reads away at the connection while there is a crowd of them: nothing is made ready for what is not begun.

Who is asked for several times what he can do must say no at a small part of the price of an answer, or he does little
else. Whatever needs a closer look goes the whole way: acts, pages of other origins, event streams.
"""

import asyncio
from typing import Final

from gateway.admission import Admission, Rank
from gateway.http.headers import Header, Scope, headers_of, language
from gateway.http.heading import Heading
from gateway.http.negotiation import CONTENT_TYPES, StatusProfile, acceptable, preferred
from gateway.http.refusal import overloaded, told
from gateway.log import Exchange
from gateway.operating import MUTATION

# An act cannot do without the word; that it stands there for something else costs no more than a closer look.
_MUTATION: Final = MUTATION.encode()
Answer = tuple[int, list[Header], bytes]


class Shedding:
    """Looks at requests as they come in whole.

    Attributes:
        crowd: the reads that wait for their turn; while there are none, nothing is to be looked at.
    """

    def __init__(self, admission: Admission, profile: StatusProfile) -> None:
        self.crowd = admission.waiting(Rank.READ)
        self._admission = admission
        self._preferred = preferred(profile)

    def watches(self, scope: Scope) -> bool:
        """Whether a request is looked at once it is there, before anything is begun for it."""
        if scope["method"] != "POST" or scope["path"] != "/graphql":
            return False
        return self._admission.crowded(Rank.READ, asyncio.get_running_loop().time())

    def answer(self, scope: Scope, body: bytearray) -> Answer | None:
        """Status, headers and body for a read that is sent away; None for what goes the whole way."""
        heading = Heading.of(scope["headers"])
        if _MUTATION in body or b"origin" in heading:
            return None
        media = acceptable(heading.get(b"accept"), self._preferred)
        if media is None:
            return None
        self._admission.refuse(Rank.READ, asyncio.get_running_loop().time())
        exchange = Exchange(heading.request(), "POST", language(heading.get(b"accept-language")), None)
        refused = overloaded()
        content = told(refused, exchange)
        headers = headers_of(exchange.request_id, refused.headers, CONTENT_TYPES[media], len(content))
        return refused.status, headers, content
