"""Organisations of the world, their departments and licences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from gateway.world import numbers
from gateway.world.batch import Batch
from gateway.world.cast import MAIN_HOSPITAL
from gateway.world.days import days_before, years_after
from gateway.world.names import sort_key
from gateway.world.scale import Scale
from sources.books import BOOKS

ORGANIZATION_COLUMNS = (
    "id",
    "oid",
    "name",
    "short_name",
    "sort_name",
    "ogrn",
    "inn",
    "region_code",
    "head_id",
    "closed_on",
    "address",
)
DEPARTMENT_COLUMNS = ("id", "organization_id", "oid", "name", "kind", "head_id", "closed_on")
LICENCE_COLUMNS = (
    "id",
    "organization_id",
    "number",
    "activity",
    "authority",
    "status",
    "starts_on",
    "ends_on",
)

# Wards in the order in which a hospital gets them: every one has the first three.
WARDS: Mapping[str, tuple[str, str]] = {
    "therapy": ("Терапевтическое отделение", "HOSPITAL"),
    "surgery": ("Хирургическое отделение", "HOSPITAL"),
    "administration": ("Административно-управленческий аппарат", "ADMINISTRATIVE"),
    "polyclinic": ("Поликлиническое отделение", "AMBULATORY"),
    "diagnostics": ("Отделение лучевой и функциональной диагностики", "DIAGNOSTIC"),
    "laboratory": ("Клинико-диагностическая лаборатория", "LABORATORY"),
    "intensive": ("Отделение анестезиологии и реанимации", "HOSPITAL"),
    "cardiology": ("Кардиологическое отделение", "HOSPITAL"),
    "neurology": ("Неврологическое отделение", "HOSPITAL"),
    "maternity": ("Родильное отделение", "HOSPITAL"),
    "children": ("Детское отделение", "HOSPITAL"),
    "emergency": ("Отделение скорой медицинской помощи", "AMBULANCE"),
    "dental": ("Стоматологическое отделение", "AMBULATORY"),
}
ALWAYS = ("therapy", "surgery", "administration")
CLOSED_WARD = ("Физиотерапевтическое отделение", "AMBULATORY")

KINDS = (
    ("Городская клиническая больница", "ГКБ"),
    ("Городская больница", "ГБ"),
    ("Районная больница", "РБ"),
    ("Областная больница", "ОБ"),
    ("Городская поликлиника", "ГП"),
    ("Медико-санитарная часть", "МСЧ"),
    ("Детская городская больница", "ДГБ"),
    ("Межрайонный медицинский центр", "ММЦ"),
)
ACTIVITIES = (
    "Первичная медико-санитарная, специализированная и скорая медицинская помощь",
    "Медицинские осмотры, освидетельствования и экспертизы",
    "Деятельность, связанная с оборотом наркотических средств и психотропных веществ",
)
PHARMACY = "Фармацевтическая деятельность"
FIRST_REGIONS = ("77", "69", "54")
OID_ROOT = "1.2.643.5.1.13.13.12.2"


@dataclass(slots=True)
class Place:
    """An organisation as the rest of the world needs it; `wards` are the open departments by ward."""

    id: int
    region: str
    wards: dict[str, int] = field(default_factory=dict)
    head_id: int | None = None

    def department(self, ward: str) -> int:
        """The department where a ward's people work: their own, or the therapy of a small hospital."""
        return self.wards.get(ward, self.wards["therapy"])


def build(scale: Scale, stream: Random) -> list[Place]:
    """The organisations in the order of their keys, without heads."""
    regions = [region.code for region in BOOKS.regions.entries]
    places: list[Place] = []
    key = 0
    for number in range(1, scale.organizations + 1):
        region = FIRST_REGIONS[number - 1] if number <= len(FIRST_REGIONS) else stream.choice(regions)
        place = Place(number, region)
        others = [ward for ward in WARDS if ward not in ALWAYS]
        chosen = set(others[:-1])
        if number > len(FIRST_REGIONS):
            chosen = set(stream.sample(others, stream.randint(2, len(others) - 1)))
        for ward in WARDS:
            if ward in ALWAYS or ward in chosen:
                key += 1
                place.wards[ward] = key
        places.append(place)
    return places


def organizations(places: Sequence[Place], today: date) -> Batch:
    """One row per organisation."""
    rows: list[tuple[object, ...]] = []
    for place in places:
        kind, short = KINDS[(place.id - 1) % len(KINDS)]
        name = f"{kind} № {200 + place.id}, {BOOKS.regions.by_code[place.region].name}"
        rows.append(
            (
                place.id,
                _oid(place),
                name,
                f"{short} № {200 + place.id}",
                sort_key(name),
                numbers.ogrn(place.id, today.year - 5 - place.id % 20),
                numbers.organization_inn(place.id),
                place.region,
                place.head_id,
                None,
                f"{BOOKS.regions.by_code[place.region].name}, ул. Больничная, д. {place.id}",
            )
        )
    return Batch("organization", ORGANIZATION_COLUMNS, rows)


def departments(places: Sequence[Place], heads: Mapping[int, int], today: date, stream: Random) -> Batch:
    """One row per open department, and one of a closed department for every third organisation."""
    rows: list[tuple[object, ...]] = []
    for place in places:
        for ward, key in place.wards.items():
            name, kind = WARDS[ward]
            rows.append((key, place.id, f"{_oid(place)}.0.{900_000 + key}", name, kind, heads.get(key), None))
    key = len(rows)
    for place in places:
        if place.id % 3 == 0:
            key += 1
            closed_on = days_before(today, stream.randint(100, 900))
            rows.append((key, place.id, f"{_oid(place)}.0.{900_000 + key}", *CLOSED_WARD, None, closed_on))
    return Batch("department", DEPARTMENT_COLUMNS, rows)


def licences(places: Sequence[Place], today: date, stream: Random) -> Batch:
    """One to three licences per organisation; those of the main hospital are in force, and it has a pharmacy."""
    rows: list[tuple[object, ...]] = []
    for place in places:
        for activity in ACTIVITIES[: stream.randint(1, len(ACTIVITIES))]:
            key = len(rows) + 1
            starts_on = days_before(today, stream.randint(200, 3_000))
            status, ends_on = "ACTIVE", None
            if place.id != MAIN_HOSPITAL:
                status = stream.choices(("ACTIVE", "SUSPENDED", "TERMINATED"), (88, 6, 6))[0]
            if status == "TERMINATED":
                ends_on = days_before(today, stream.randint(1, 150))
            elif stream.random() < 0.2:
                ends_on = years_after(today, stream.randint(1, 5))
            authority = "Росздравнадзор"
            if activity == ACTIVITIES[0]:
                authority = f"Орган управления здравоохранением: {BOOKS.regions.by_code[place.region].name}"
            number = f"Л041-{90_000 + place.id:05d}-{place.region}/{90_000_000 + key:08d}"
            rows.append((key, place.id, number, activity, authority, status, starts_on, ends_on))
    key, region = len(rows) + 1, places[0].region
    number = f"Л042-{90_000 + MAIN_HOSPITAL:05d}-{region}/{90_000_000 + key:08d}"
    rows.append((key, MAIN_HOSPITAL, number, PHARMACY, "Росздравнадзор", "ACTIVE", days_before(today, 1_000), None))
    return Batch("licence", LICENCE_COLUMNS, rows)


def _oid(place: Place) -> str:
    return f"{OID_ROOT}.{int(place.region)}.{990_000 + place.id}"
