"""Every code that an answer can carry, and the one way to raise it."""

from enum import StrEnum
from typing import TypeVar

from graphql import GraphQLError

Failed = TypeVar("Failed", bound=BaseException)

# What is told of a value that an argument cannot be given.
UNTAKEN = "An argument has a value that its type cannot take."


class Code(StrEnum):
    """Stable codes of errors (`extensions.code`); docs/errors.md says what each means and what to do."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    CSRF_UNPROVEN = "CSRF_UNPROVEN"
    ROUTER_UNPROVEN = "ROUTER_UNPROVEN"
    BAD_REQUEST = "BAD_REQUEST"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    MUTATION_NOT_ALLOWED_OVER_HTTP_GET = "MUTATION_NOT_ALLOWED_OVER_HTTP_GET"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    WORKPLACE_UNKNOWN = "WORKPLACE_UNKNOWN"
    ON_BEHALF_UNKNOWN = "ON_BEHALF_UNKNOWN"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    MAX_TOKENS_LIMIT = "MAX_TOKENS_LIMIT"
    MAX_REPEATS_LIMIT = "MAX_REPEATS_LIMIT"
    MAX_DEPTH_LIMIT = "MAX_DEPTH_LIMIT"
    COST_ESTIMATED_TOO_EXPENSIVE = "COST_ESTIMATED_TOO_EXPENSIVE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHORIZED_FIELD_OR_TYPE = "UNAUTHORIZED_FIELD_OR_TYPE"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    SOURCE_TIMED_OUT = "SOURCE_TIMED_OUT"
    SOURCE_CONTRADICTS = "SOURCE_CONTRADICTS"
    JOURNAL_UNAVAILABLE = "JOURNAL_UNAVAILABLE"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    GATEWAY_TIMEOUT = "GATEWAY_TIMEOUT"
    SERVICE_OVERLOADED = "SERVICE_OVERLOADED"
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"
    TICKET_UNKNOWN = "TICKET_UNKNOWN"
    UPLOAD_UNKNOWN = "UPLOAD_UNKNOWN"
    UPLOAD_EXPIRED = "UPLOAD_EXPIRED"
    UPLOAD_USED = "UPLOAD_USED"
    UPLOAD_BUSY = "UPLOAD_BUSY"
    UPLOAD_SIZE_DIFFERS = "UPLOAD_SIZE_DIFFERS"
    UPLOAD_HASH_DIFFERS = "UPLOAD_HASH_DIFFERS"
    UPLOAD_OFFSET_DIFFERS = "UPLOAD_OFFSET_DIFFERS"
    FILE_REFUSED = "FILE_REFUSED"
    LINK_UNKNOWN = "LINK_UNKNOWN"
    RANGE_NOT_SATISFIABLE = "RANGE_NOT_SATISFIABLE"
    INTEGRITY_BROKEN = "INTEGRITY_BROKEN"
    FILE_LOST = "FILE_LOST"
    FILES_UNAVAILABLE = "FILES_UNAVAILABLE"
    PAGE_UNKNOWN = "PAGE_UNKNOWN"
    REQUEST_CANCELED = "REQUEST_CANCELED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class Fault(Exception):
    """Something that the caller is told; its text never holds a value of the request or of a store."""

    def __init__(self, code: Code, message: str, **extensions: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extensions = extensions


class Finding(StrEnum):
    """What is wrong with an input (`extensions.finding`); docs/errors.md says what each means."""

    MISSING = "MISSING"
    UNKNOWN = "UNKNOWN"
    NOT_OF_TYPE = "NOT_OF_TYPE"
    NOT_ONE_OF = "NOT_ONE_OF"
    EXCLUSIVE = "EXCLUSIVE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    REPEATED = "REPEATED"
    AMBIGUOUS = "AMBIGUOUS"
    ILL_FORMED = "ILL_FORMED"
    FOREIGN_CURSOR = "FOREIGN_CURSOR"


class BadArgument(Fault):
    """An argument has a value that its field cannot take; the bound that was broken is `least` or `most`.

    `inside` is the index of the item that cannot be taken, where it is a list.
    """

    def __init__(self, argument: str, expected: str, finding: Finding, *inside: int, **bounds: int) -> None:
        text = f"The argument '{argument}' is not valid: {expected}."
        path = [*argument.split("."), *inside]
        super().__init__(Code.BAD_USER_INPUT, text, argument=argument, finding=finding.value, path=path, **bounds)


class Unfit(ValueError):
    """A scalar cannot take a value, and what is wrong with it; its text is for nobody but developers."""

    def __init__(self, finding: Finding, expected: str, **bounds: int) -> None:
        super().__init__(expected)
        self.finding = finding
        self.bounds = bounds


class Contradiction(Exception):
    """There is a null, or a value that its type cannot hold, where the graph promises one."""

    def __init__(self) -> None:
        super().__init__("Cannot return null where a value is promised.")


def foreseen(failed: BaseException) -> bool:
    """Whether a failure has a code of its own, or is about a value: nobody asks where such a one was raised."""
    if isinstance(failed, GraphQLError):
        return failed.original_error is None or foreseen(failed.original_error)
    coded = isinstance(getattr(failed, "store", None), str) and isinstance(getattr(failed, "code", None), str)
    return coded or isinstance(failed, Fault | Contradiction)


def kept(failed: Failed) -> Failed:
    """A failure that is kept as data; what nobody foresaw stays as it is, for the log."""
    return untraced(failed) if foreseen(failed) else failed


def untraced(failed: Failed) -> Failed:
    """A failure without the places where it was raised: their frames hold whoever holds it."""
    left: list[BaseException | None] = [failed]
    while left:
        one = left.pop()
        if one is not None:
            one.__traceback__ = None
            left += {one.__cause__, one.__context__, getattr(one, "original_error", None)}
    return failed
