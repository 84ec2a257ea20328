"""How big a world is; every count is met exactly."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of one world; `experts` and `census` count appointments, the others rows of the table of that name.

    Of `observations`, some are results of the laboratory. `regulars` are patients with long charts.
    """

    name: str
    organizations: int
    practitioners: int
    employments: int
    accreditations: int
    applications: int
    documents: int
    shifts: int
    experts: int
    census: int
    patients: int
    regulars: int
    encounters: int
    observations: int
    notes: int
    bookings: int


SCALES: Mapping[str, Scale] = {
    "village": Scale(
        name="village",
        organizations=3,
        practitioners=60,
        employments=90,
        accreditations=130,
        applications=60,
        documents=280,
        shifts=1_200,
        experts=2,
        census=20,
        patients=200,
        regulars=0,
        encounters=600,
        observations=1_000,
        notes=400,
        bookings=600,
    ),
    "city": Scale(
        name="city",
        organizations=200,
        practitioners=20_000,
        employments=30_000,
        accreditations=40_000,
        applications=20_000,
        documents=100_000,
        shifts=400_000,
        experts=40,
        census=1_000,
        patients=100_000,
        regulars=200,
        encounters=300_000,
        observations=500_000,
        notes=200_000,
        bookings=300_000,
    ),
}
