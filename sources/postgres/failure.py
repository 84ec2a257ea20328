"""What a store can fail with; the graph turns each into one error per lost edge."""

from collections.abc import Iterator
from contextlib import contextmanager


class SourceFailure(Exception):
    """A store did not give what was asked; carries no text of the store itself.

    Attributes:
        undone: whether it is certain that nothing was done, of what was to be done there.
    """

    code = "SOURCE_UNAVAILABLE"
    retryable = True
    undone = False

    def __init__(self, store: str) -> None:
        super().__init__(f"{self.code}: {store}")
        self.store = store


class SourceUnavailable(SourceFailure):
    """The store cannot be reached, or refused the statement."""


class SourceTimedOut(SourceFailure):
    """The store did not answer within its deadline."""

    code = "SOURCE_TIMED_OUT"


class SourceCrowded(SourceFailure):
    """Others had all connections to the store, which answered them; it was not asked, or with too little time left."""

    code = "SERVICE_OVERLOADED"


class SourceContradicts(SourceFailure):
    """The store answered with something that its schema does not allow."""

    code = "SOURCE_CONTRADICTS"
    retryable = False


class Unintelligible(Exception):
    """A store sent bytes that are no answer, or rows that are not of the kind that was asked for."""


@contextmanager
def understanding(store: str) -> Iterator[None]:
    """What is made of a store's rows: where nothing can be made of them, the store contradicts.

    Raises:
        SourceContradicts: whatever else the block raises.
    """
    try:
        yield
    except SourceFailure:
        raise
    except Exception as nonsense:
        raise SourceContradicts(store) from nonsense
