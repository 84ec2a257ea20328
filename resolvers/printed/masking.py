"""Whom a document is about, as everybody who has its code may read it."""


def initials(*names: str | None) -> str:
    """Of a person: the first letters of family name, given name and patronymic."""
    return " ".join(f"{name[0].upper()}." for name in names if name)
