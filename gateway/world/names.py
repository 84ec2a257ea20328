"""Names of people, made of common Russian family names, given names and patronymics."""

import json
from pathlib import Path
from random import Random

_LISTS: dict[str, list[str]] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))

# Fathers whose patronymics are not made of the whole name.
_STEMS = {"Павел": "Павл", "Пётр": "Петр", "Михаил": "Михайл"}

FullName = tuple[str, str, str | None]


def draw(stream: Random, female: bool) -> FullName:
    """Family name, given name and patronymic; one person in fifty has no patronymic."""
    family = stream.choice(_LISTS["families"])
    given = stream.choice(_LISTS["women" if female else "men"])
    father = stream.choice(_LISTS["fathers"])
    patronymic = None if stream.random() < 0.02 else _patronymic(father, female)
    return (_feminine(family) if female else family), given, patronymic


def sort_key(*parts: str | None) -> str:
    """The key by which names are ordered: lower case, ё as е, one space between the parts."""
    return " ".join(part for part in parts if part).lower().replace("ё", "е")


def _feminine(family: str) -> str:
    return f"{family[:-2]}ая" if family.endswith("ий") else f"{family}а"


def _patronymic(father: str, female: bool) -> str:
    father = _STEMS.get(father, father)
    ending = "на" if female else "ич"
    if father.endswith("ий"):
        return f"{father[:-2]}ьев{ending}"
    if father.endswith("й"):
        return f"{father[:-1]}ев{ending}"
    if father.endswith("ь"):
        return f"{father[:-1]}ев{ending}"
    return f"{father}ов{ending}"
