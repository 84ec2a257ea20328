"""When two writings name the same person: ё as е, case, blanks and hyphens aside."""

import re
import unicodedata
from typing import Final

from resolvers.identifiers import DASHES
from resolvers.names import sort_key

# Marks that do not show; they come with texts that were copied.
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_APART: Final = re.compile(f"[{DASHES}\\s]+")


def alike(name: str | None) -> str:
    """A name as names are compared: the key that the stores order by, with one space for every blank and hyphen.

    A name of nothing but hyphens, as some write where there is no patronymic, is none.
    """
    if name is None:
        return ""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", name))
    return sort_key(_APART.sub(" ", plain)).strip()
