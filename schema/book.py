"""Entries of the code books (справочники НСИ), each with the version of its book."""

from decimal import Decimal
from enum import StrEnum

from engine.declare import derived, public, shows
from resolvers import book
from resolvers.book import Direction
from resolvers.rules.prescribing import PrescriptionForm
from schema.clinical.prescription_words import MedicineControl
from schema.enums import enum
from sources import books
from sources.books import BOOKS


class SpecialtyLevel(StrEnum):
    """Higher or secondary."""

    HIGHER = "HIGHER"
    SECONDARY = "SECONDARY"


class PositionCategory(StrEnum):
    """Categories that roles look at."""

    DOCTOR = "DOCTOR"
    NURSING = "NURSING"
    HEAD = "HEAD"
    OTHER = "OTHER"


enum(
    SpecialtyLevel,
    "Level of education that a specialty takes.",
    HIGHER="Higher education (высшее образование).",
    SECONDARY="Secondary vocational education (среднее профессиональное образование).",
)
enum(
    PositionCategory,
    "What kind of work a position is.",
    DOCTOR="Doctor (врач).",
    NURSING="Nurse, paramedic or midwife (средний медицинский персонал).",
    HEAD="Head of an organisation or of a department (руководитель).",
    OTHER="Any other work (прочий персонал).",
)


@shows(books.Specialty)
class Specialty:
    """A specialty (специальность) of the code book."""

    code: str = public("Code in the book, as 31.08.49.")
    name: str = public("Name.")
    level: SpecialtyLevel = public("Level of education.")
    book_version: str = derived(
        lambda _: BOOKS.specialties.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Position)
class Position:
    """A position (должность) of the code book."""

    code: str = public("Code in the book.")
    name: str = public("Name.")
    category: PositionCategory = public("What kind of work it is.")
    book_version: str = derived(
        lambda _: BOOKS.positions.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Region)
class Region:
    """A subject of the Russian Federation (регион) of the code book."""

    code: str = public("Code in the book, as 77; filters take it.")
    name: str = public("Name.")
    book_version: str = derived(
        lambda _: BOOKS.regions.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Medicine)
class Medicine:
    """A medicine (лекарственный препарат) of the code book: what `draftPrescription` takes the code of."""

    code: str = public("Code in the book.")
    name: str = derived(
        lambda code: book.medicine_name(code) or code, "INN, form and strength in one line.", needs=("code",)
    )
    inn: str = public("International nonproprietary name (МНН).")
    form: str = public("Pharmaceutical form (лекарственная форма).")
    strength: str = public("Strength (дозировка).")
    atc: str = public("Class of ATC (АТХ).")
    control: MedicineControl = public("How its turnover is controlled.")
    forms: list[PrescriptionForm] = derived(
        book.forms_of, "The forms on which it is prescribed, by the rules in force.", needs=("control",), clock=True
    )
    unit: str | None = public("Unit of its doses by UCUM; null where the book does not count it in one.")
    dose: Decimal | None = public("How much of it one piece, millilitre or puff has, in `unit`.")
    greatest_single: Decimal | None = public("The greatest single dose for an adult (ВРД), in `unit`, where it is set.")
    greatest_daily: Decimal | None = public("The greatest daily dose for an adult (ВСД), in `unit`, where it is set.")
    most: int | None = public("The greatest number of pieces in one prescription, where it is set.")
    book_version: str = derived(
        lambda _: BOOKS.medicines.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Service)
class Service:
    """A medical service (медицинская услуга) of the nomenclature: what can be ordered and done."""

    code: str = public("Code in the nomenclature, as A04.16.001.")
    name: str = public("Name.")
    direction: Direction | None = public(
        "The direction of the special accreditation that its protocol takes; null where it takes none."
    )
    modality: str | None = public("How its pictures are made, by DICOM; null where it makes none.")
    measures: list[str] = public("Codes of what it measures; empty where the book does not tell.")
    book_version: str = derived(
        lambda _: BOOKS.services.version, "Version of the book that the entry is from.", needs=("code",)
    )
