"""Notices to everybody about the service itself."""

from datetime import datetime

from engine.declare import public, shows
from sources.notice import ServiceNoticeRecord


@shows(ServiceNoticeRecord)
class ServiceNotice:
    """An announcement of works on the service (плановые работы)."""

    at: datetime = public("When it was announced.")
    starts_at: datetime = public("When the works begin.")
    ends_at: datetime = public("When they are over.")
    text: str = public("What will be different meanwhile.")
