"""Ends of terms in days: one meaning for all, whatever their stores keep."""

from typing import Final

LAST_ON: Final = "Last day in force (последний день действия); null without an end."
# Why the days that stores keep are no longer to be asked for.
DAY_AFTER: Final = "Ask for `lastOn`, the last day in force; this is the day after it."
CLOSED_ON: Final = "Last day of its work (день закрытия); null while it is not to be closed."
INCLUDE_CLOSED: Final = "Also those whose last day is over (закрытые)."
