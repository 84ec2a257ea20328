"""The words of what has changed meanwhile: by the object that did."""

from collections.abc import Mapping

from resolvers.wording.exchanging import PACKAGE_CHANGED
from resolvers.wording.signatures import DOCUMENT_CHANGED

_RECORD_CHANGED = (
    "Запись об аккредитации изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The record has changed since you read it; its version is {version} now.",
)
_BOOKING_CHANGED = (
    "Запись на приём изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The booking has changed since you read it; its version is {version} now.",
)
_CLINICAL_CHANGED = (
    "Запись о пациенте изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "What is recorded of the patient has changed since you read it; its version is {version} now.",
)
_GRANT_CHANGED = (
    "Передача доступа изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The grant has changed since you read it; its version is {version} now.",
)
_REQUEST_CHANGED = (
    "Заявка изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The request has changed since you read it; its version is {version} now.",
)
_APPOINTMENT_CHANGED = (
    "Назначение изменилось с тех пор, как вы его прочли; теперь его версия {version}.",
    "The appointment has changed since you read it; its version is {version} now.",
)
_LOCK_CHANGED = (
    "Блокировка изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The lock has changed since you read it; its version is {version} now.",
)
_TICKET_CHANGED = (
    "Обращение изменилось с тех пор, как вы его прочли; теперь его версия {version}.",
    "The ticket has changed since you read it; its version is {version} now.",
)
CHANGED: Mapping[str, tuple[str, str]] = {
    "PACKAGE": PACKAGE_CHANGED,
    "INFORMATION_REQUEST": _REQUEST_CHANGED,
    "DOCUMENT": DOCUMENT_CHANGED,
    "GRANT": _GRANT_CHANGED,
    "REQUEST": _REQUEST_CHANGED,
    "LOCK": _LOCK_CHANGED,
    "TICKET": _TICKET_CHANGED,
    "RECORD": _RECORD_CHANGED,
    "CLINICAL": _CLINICAL_CHANGED,
    "BOOKING": _BOOKING_CHANGED,
    "APPOINTMENT": _APPOINTMENT_CHANGED,
}
