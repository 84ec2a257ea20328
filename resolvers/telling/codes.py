"""The words in which a code is sent (код подтверждения): nothing of its addressee, and nothing to follow."""

from collections.abc import Mapping
from typing import Final

_TITLES: Final[Mapping[str, str]] = {"ru": "Код подтверждения", "en": "Confirmation code"}
_BODIES: Final[Mapping[str, str]] = {
    "ru": "Кабинет медработника: код {code}. Он действует 10 минут. Никому его не сообщайте.",
    "en": "The medical worker's cabinet: code {code}. It is good for 10 minutes. Tell it to nobody.",
}


def code_text(code: str, language: str) -> tuple[str, str]:
    """Title and text of a message with a code; in Russian unless English is wanted."""
    known = language if language in _BODIES else "ru"
    return _TITLES[known], _BODIES[known].format(code=code)
