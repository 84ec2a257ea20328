"""What services are asked for one operation: on whose behalf, and how long that took so far."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class _Spent:
    """How long an operation waited for a service: in sum before, since when now, and by how many questions."""

    seconds: float = 0.0
    since: float = 0.0
    under_way: int = 0


class Errand:
    """Of one operation; a service has one deadline for all that an operation asks of it, however often it does.

    Attributes:
        request_id: what the caller and the log know the request by.
        language: of the reader, "ru" or "en".
        bearer: the token that the caller showed, if he did; sent to those services alone that are to have it.
    """

    __slots__ = ("_spent", "bearer", "language", "request_id")

    def __init__(self, request_id: str = "", language: str = "ru", bearer: str | None = None) -> None:
        self.request_id = request_id
        self.language = language
        self.bearer = bearer
        self._spent: dict[str, _Spent] = {}

    @contextmanager
    def waiting(self, service: str, deadline: float) -> Iterator[float]:
        """Wait for a service until the block ends; gives how many seconds are left for it, which may be none.

        Only the time in which the operation waits for the service counts, and that once, however many questions are
        under way.
        """
        spent = self._spent.setdefault(service, _Spent())
        now = monotonic()
        if not spent.under_way:
            spent.since = now
        spent.under_way += 1
        try:
            yield max(0.0, deadline - spent.seconds - (now - spent.since))
        finally:
            spent.under_way -= 1
            if not spent.under_way:
                spent.seconds += monotonic() - spent.since
