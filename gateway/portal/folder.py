"""What the portal has in its folder: its people, its keys, and the public key of its one client."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

# What somebody's account is like.
CONFIRMED: Final = "CONFIRMED"
UNCONFIRMED: Final = "UNCONFIRMED"
CHILD: Final = "CHILD"
BLOCKED: Final = "BLOCKED"


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who has an account; `birth_on` is written 1980-12-31, and `oid` is a number. The phone is confirmed."""

    oid: int
    title: str
    family_name: str
    given_name: str
    patronymic: str
    birth_on: str
    snils: str
    status: str = CONFIRMED
    phone: str = ""
    email: str = ""
    email_confirmed: bool = True

    @property
    def name(self) -> str:
        """Surname, name and patronymic."""
        return f"{self.family_name} {self.given_name} {self.patronymic}".strip()


@dataclass(frozen=True)
class Folder:
    """The files, as `gateway/identity/demo_esia.py` makes them."""

    path: Path

    @cached_property
    def people(self) -> dict[int, Citizen]:
        """Everybody by oid, in the order of the page."""
        listed = json.loads((self.path / "people.json").read_text("utf-8"))
        return {one["oid"]: Citizen(**one) for one in listed}

    @cached_property
    def certificate_hash(self) -> str:
        """The hash that the client has to name, in hexadecimal."""
        return (self.path / "client.hash").read_text("ascii").strip().lower()

    @property
    def gost(self) -> bool:
        """Whether keys by GOST are there."""
        return (self.path / "gost.key").is_file()
