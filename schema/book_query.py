"""What is asked of the code books, to be picked from, as part of the root of asking."""

from typing import TYPE_CHECKING

from engine.declare import Root, edge, shows
from resolvers import book as books

if TYPE_CHECKING:
    from schema.book import Medicine, Position, Region, Service, Specialty

FEW = "How many from the beginning: 1 to 100, 20 unless said."


def whole() -> tuple[int, None]:
    """The key of a list that has no parent."""
    return 0, None


@shows(Root)
class BookQuery:
    """The code books."""

    specialties: "list[Specialty]" = edge(
        books.specialties, "Specialties of the code book, in its order.", key=whole,
        arguments={"search": "Beginning of the code or of a word of the name."},
    )  # fmt: skip
    positions: "list[Position]" = edge(
        books.positions, "Positions of the code book, in its order.", key=whole,
        arguments={"search": "Beginning of the code or of a word of the name."},
    )  # fmt: skip
    regions: "list[Region]" = edge(
        books.regions, "Regions (субъекты Российской Федерации) of the code book, in its order.", key=whole,
        arguments={"search": "Beginning of the code or of a word of the name."},
    )  # fmt: skip
    medicines: "list[Medicine]" = edge(
        books.medicines, "Medicines of the code book, in its order; not all of a long book at once.", key=whole,
        arguments={"search": "Beginning of the code, or of words of INN, form and strength.", "first": FEW},
    )  # fmt: skip
    services: "list[Service]" = edge(
        books.services, "Medical services of the nomenclature, in its order; not all of a long book at once.",
        key=whole,
        arguments={
            "search": "Beginning of the code or of a word of the name.",
            "direction": "Only those whose protocols take a special accreditation of this direction.",
            "first": FEW,
        },
    )  # fmt: skip
