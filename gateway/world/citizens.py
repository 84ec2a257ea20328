"""The people of the world as the demo's portal knows them: the cast with their СНИЛС, and three whom nobody lets in."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gateway.world import numbers
from gateway.world.cast import CAST
from gateway.world.days import days_before
from gateway.world.people import PARTS, cast_birth_on

# Those of the cast who are not in the register.
_OTHERS: Final[Mapping[str, tuple[str, str, str, int]]] = {
    "newcomer": ("Никитин", "Павел", "Андреевич", 29),
    "expert": ("Громова", "Елена", "Викторовна", 54),
    "regulator": ("Орлов", "Сергей", "Петрович", 48),
    "insurer": ("Тихонова", "Марина", "Олеговна", 39),
    "patient": ("Егорова", "Анна", "Сергеевна", 33),
    "support": ("Власов", "Денис", "Игоревич", 31),
    "auditor": ("Соколова", "Наталья", "Юрьевна", 45),
    "appointer": ("Дмитриева", "Ольга", "Павловна", 51),
    "coappointer": ("Лебедев", "Игорь", "Николаевич", 47),
    "cosupport": ("Белова", "Ирина", "Алексеевна", 35),
}
# Oid, name and age, what the account is like.
_STRANGE: Final = (
    (1_000_000_901, ("Захаров", "Роман", "Ильич", 27), "учётная запись без подтверждения", "UNCONFIRMED"),
    (1_000_000_902, ("Котова", "Дарья", "Максимовна", 12), "ребёнок", "CHILD"),
    (1_000_000_903, ("Рябов", "Виктор", "Павлович", 60), "запись закрыта порталом", "BLOCKED"),
)
_KEYS_OF_OTHERS: Final = 900_001


def citizens(today: date) -> list[dict[str, Any]]:
    """Everybody with an account at the portal, by the day on which the world stands."""
    found = []
    for number, (name, persona) in enumerate(CAST.items()):
        if not persona.subject.isdigit():
            continue
        key = persona.practitioner_id
        if key is None:
            *words, age = _OTHERS[name]
            born, key = days_before(today, age * 365 + 40 + number), _KEYS_OF_OTHERS + number
        else:
            words, born = [word or "" for word in PARTS[name].name], cast_birth_on(name, key, today)
        found.append(_citizen(int(persona.subject), persona.title_ru, words, born, key, "CONFIRMED"))
    for oid, (*words, age), title, status in _STRANGE:
        found.append(_citizen(oid, title, words, days_before(today, age * 365 + 40), oid % 1_000_000, status))
    return found


def _citizen(oid: int, title: str, words: list[str], born: date, key: int, status: str) -> dict[str, Any]:
    family, given, patronymic = words
    return {
        "oid": oid,
        "title": title,
        "family_name": family,
        "given_name": given,
        "patronymic": patronymic,
        "birth_on": born.isoformat(),
        "snils": numbers.snils(key),
        "status": status,
        "phone": numbers.phone(key),
        "email": numbers.email(key),
        # Here and there somebody has not followed the link in the mail.
        "email_confirmed": oid % 5 > 0,
    }
