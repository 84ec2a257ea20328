"""What people of the world do: specialty, post, ward, and how many do it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """One occupation: codes of the books, the ward where it is practised, its share among the staff."""

    specialty: str | None
    position: str
    ward: str
    weight: int = 0


THERAPIST = Trade("31.08.49", "109", "therapy", 10)
FAMILY_DOCTOR = Trade("31.08.54", "49", "polyclinic", 6)
SURGEON = Trade("31.08.67", "122", "surgery", 7)
WARD_NURSE = Trade("34.02.01", "L28", "therapy", 25)
CHIEF = Trade("31.08.71", "L33", "administration")
REGISTRAR = Trade(None, "L40", "polyclinic", 3)
HR_SPECIALIST = Trade(None, "L39", "administration")

TRADES = (
    THERAPIST,
    FAMILY_DOCTOR,
    SURGEON,
    WARD_NURSE,
    Trade("31.08.49", "110", "polyclinic", 10),
    Trade("31.08.66", "L09", "surgery", 4),
    Trade("31.08.68", "L10", "surgery", 2),
    Trade("31.08.56", "L22", "surgery", 1),
    Trade("31.08.36", "L01", "cardiology", 5),
    Trade("31.08.42", "L02", "neurology", 5),
    Trade("31.08.20", "L21", "neurology", 2),
    Trade("31.08.02", "L03", "intensive", 6),
    Trade("31.08.09", "L04", "diagnostics", 4),
    Trade("31.08.11", "L05", "diagnostics", 4),
    Trade("31.08.12", "L06", "diagnostics", 2),
    Trade("31.08.70", "L15", "diagnostics", 1),
    Trade("31.08.61", "L24", "diagnostics", 1),
    Trade("31.08.05", "L07", "laboratory", 3),
    Trade("32.08.14", "L23", "laboratory", 1),
    Trade("31.08.01", "13", "maternity", 5),
    Trade("31.08.18", "L16", "maternity", 1),
    Trade("31.08.16", "28", "children", 2),
    Trade("31.08.19", "59", "children", 7),
    Trade("31.08.58", "53", "polyclinic", 3),
    Trade("31.08.59", "54", "polyclinic", 3),
    Trade("31.08.53", "L12", "polyclinic", 2),
    Trade("31.08.57", "L13", "polyclinic", 2),
    Trade("31.08.32", "L18", "polyclinic", 1),
    Trade("31.08.35", "L11", "therapy", 2),
    Trade("31.08.45", "L19", "therapy", 1),
    Trade("31.08.46", "L20", "therapy", 1),
    Trade("31.08.48", "L14", "emergency", 3),
    Trade("31.08.72", "100", "dental", 3),
    Trade("31.08.73", "103", "dental", 2),
    Trade("31.08.74", "104", "dental", 2),
    Trade("31.08.75", "102", "dental", 1),
    Trade("31.08.76", "101", "dental", 1),
    Trade("34.02.01", "L27", "polyclinic", 25),
    Trade("34.02.01", "L29", "surgery", 10),
    Trade("31.02.01", "L25", "emergency", 12),
    Trade("31.02.01", "L30", "diagnostics", 3),
    Trade("31.02.02", "L26", "maternity", 6),
    Trade("31.02.03", "L31", "laboratory", 6),
    Trade("31.02.05", "L32", "dental", 2),
    Trade("33.02.01", "L38", "administration", 2),
    REGISTRAR,
    Trade(None, "L41", "administration", 1),
)
