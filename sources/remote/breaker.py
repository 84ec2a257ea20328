"""Who failed several times in a row is left alone for a while: nobody waits for him, and he has time to recover."""

from typing import Final

FAILURES: Final = 5
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0


class Breaker:
    """Stands before one service; instants are seconds of the loop's clock.

    After so many failures it is open: nothing is let through but one question at the end of each pause. An answer to
    it closes the breaker; a failure makes the next pause twice as long.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._opened = float("-inf")
        self._until = float("-inf")

    @property
    def open(self) -> bool:
        """Whether the service is left alone."""
        return self._failures >= FAILURES

    def admits(self, now: float) -> bool:
        """Whether a question may be asked now."""
        if not self.open:
            return True
        if now < self._until:
            return False
        # Everybody else waits for what becomes of this one, but not forever: whoever asked may leave.
        self._until = now + self._pause
        return True

    def answered(self) -> None:
        """A question was answered."""
        self._failures = 0
        self._pause = FIRST_PAUSE

    def failed(self, asked: float, now: float) -> None:
        """A question that was asked at an instant came to nothing."""
        if asked < self._opened:
            return  # of those that were on their way when it opened
        self._failures += 1
        if self._failures > FAILURES:
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        if self.open:
            self._opened, self._until = now, now + self._pause
