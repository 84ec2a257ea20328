"""The nomenclature of medical services (номенклатура медицинских услуг): what can be ordered, and what it takes.

The official book has a code and a name. What a service takes follows from the class that its code begins with, the
longest that the file names; an entry says only what is otherwise with it. So the whole book can be put in as it is.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sources.books.reading import Book, one_of, read_by, text

DIRECTIONS: Final = frozenset({"SURGERY", "RADIATION_DIAGNOSTICS", "LABORATORY"})
# By DICOM.
MODALITIES: Final = frozenset({"CR", "CT", "DX", "ES", "MG", "MR", "NM", "PT", "US", "XA"})


@dataclass(frozen=True, slots=True)
class Service:
    """A medical service (медицинская услуга).

    Attributes:
        direction: that of the special accreditation without which nobody makes its protocol; none where it takes none.
        modality: how its pictures are made, by DICOM; none where it makes none.
        measures: codes of what it measures; empty where the book does not tell.
    """

    code: str
    name: str
    direction: str | None
    modality: str | None
    measures: tuple[str, ...]


def services(path: Path, measured: Collection[str]) -> Book[Service]:
    """Read and check the nomenclature of a file; `measured` are the codes that there are.

    Raises:
        BookIsWrong: as `load`; also where a class is malformed, or stands twice.
    """
    return read_by(path, lambda file: _services_of(file, measured))


def _services_of(file: Mapping[str, Any], measured: Collection[str]) -> Callable[[Mapping[str, Any]], Service]:
    """What reads an entry of a file, by the classes that the file names."""
    classes: dict[str, Mapping[str, str | None]] = {}
    for raw in file["classes"]:
        prefix = text(raw, "prefix")
        if prefix in classes:
            raise ValueError(f"the class {prefix} stands twice")
        classes[prefix] = _taken(raw)

    def service(raw: Mapping[str, Any]) -> Service:
        code = text(raw, "code")
        fitting = [prefix for prefix in classes if code.startswith(prefix)]
        said = {**(classes[max(fitting, key=len)] if fitting else {}), **_taken(raw)}
        measures = tuple(one_of(measured, one) for one in raw.get("measures", ()))
        return Service(code, text(raw, "name"), said.get("direction"), said.get("modality"), measures)

    return service


def _taken(raw: Mapping[str, Any]) -> dict[str, str | None]:
    """What a class or an entry says that it takes; null says that it takes nothing."""
    known = {"direction": DIRECTIONS, "modality": MODALITIES}
    return {
        name: None if raw[name] is None else one_of(allowed, raw[name])
        for name, allowed in known.items()
        if name in raw
    }
