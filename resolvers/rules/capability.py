"""What each kind of accreditation opens: operations of work and specialised resources, version by version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from resolvers.rules.procedure import DIRECTIONS, KINDS
from resolvers.rules.reading import Table, versions
from sources.books import BOOKS, LEVELS

FILES = "capabilities-*.json"
_HELD = {"kind", "directions", "levels", "specialties"}
_ANY = frozenset[str]()


class Operation(StrEnum):
    """What somebody may do at work, as far as an accreditation decides it."""

    CLINICAL_DOCUMENT_READ = "CLINICAL_DOCUMENT_READ"
    CLINICAL_DOCUMENT_DRAFT = "CLINICAL_DOCUMENT_DRAFT"
    CLINICAL_DOCUMENT_SIGN = "CLINICAL_DOCUMENT_SIGN"
    NURSING_RECORD_WRITE = "NURSING_RECORD_WRITE"
    PRESCRIPTION_DRAFT = "PRESCRIPTION_DRAFT"
    PRESCRIPTION_SIGN = "PRESCRIPTION_SIGN"
    CONTROLLED_PRESCRIPTION_SIGN = "CONTROLLED_PRESCRIPTION_SIGN"
    REFERRAL_DRAFT = "REFERRAL_DRAFT"
    REFERRAL_SIGN = "REFERRAL_SIGN"
    SURGERY_PROTOCOL = "SURGERY_PROTOCOL"
    RADIOLOGY_PROTOCOL = "RADIOLOGY_PROTOCOL"
    LABORATORY_PROTOCOL = "LABORATORY_PROTOCOL"
    TELEMEDICINE_READ = "TELEMEDICINE_READ"
    TELEMEDICINE_CONDUCT = "TELEMEDICINE_CONDUCT"
    ACCESS_GRANT = "ACCESS_GRANT"
    PROCEDURE_REPORT_READ = "PROCEDURE_REPORT_READ"
    PROCEDURE_REPORT_WRITE = "PROCEDURE_REPORT_WRITE"
    CERTIFICATE_EXTRACT = "CERTIFICATE_EXTRACT"
    SHARED_TEMPLATE_READ = "SHARED_TEMPLATE_READ"
    ORGANIZATION_NOTICE_READ = "ORGANIZATION_NOTICE_READ"
    ORGANIZATION_REPORT_READ = "ORGANIZATION_REPORT_READ"


class ResourceTopic(StrEnum):
    """What a specialised resource is for."""

    REFERENCE = "REFERENCE"
    TRAINING = "TRAINING"
    SERVICE = "SERVICE"
    SUPERVISION = "SUPERVISION"


@dataclass(frozen=True, slots=True)
class Held:
    """The records that something is for; a set that is empty asks for nothing.

    Attributes:
        directions: a record has at least one of them.
        levels: levels of education of the record's specialty, HIGHER or SECONDARY.
    """

    kind: str
    directions: frozenset[str]
    levels: frozenset[str]
    specialties: frozenset[str]

    def fits(self, kind: str, directions: Collection[str], specialty_code: str | None) -> bool:
        """Whether a record of that kind is among them."""
        specialty = BOOKS.specialties.by_code.get(specialty_code or "")
        return (
            kind == self.kind
            and (not self.directions or not self.directions.isdisjoint(directions))
            and (not self.levels or (specialty is not None and specialty.level in self.levels))
            and (not self.specialties or specialty_code in self.specialties)
        )


@dataclass(frozen=True, slots=True)
class Resource:
    """A specialised resource (специализированный ресурс), with its title in each language."""

    code: str
    topic: str
    title: Mapping[str, str]
    url: str
    whose: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One version of what the kinds open."""

    version: str
    in_force_from: datetime
    opens: tuple[tuple[Held, frozenset[str]], ...]
    resources: tuple[Resource, ...]

    def operations(self, kind: str, directions: Collection[str], specialty_code: str | None) -> list[Operation]:
        """The operations that a record opens while it is in force."""
        opened = _ANY.union(*(names for held, names in self.opens if held.fits(kind, directions, specialty_code)))
        return [operation for operation in Operation if operation in opened]


NOTHING = Capabilities("", datetime.min.replace(tzinfo=UTC), (), ())


def read_capabilities(folder: Path) -> tuple[Capabilities, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a kind opens nothing, two versions have one name or begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "opens", "resources"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> Capabilities:
    rows = file.rows("opens", _HELD | {"operations"})
    opens = [(_held(row), frozenset(row.texts("operations", frozenset(Operation)))) for row in rows]
    if silent := sorted(set(KINDS) - {held.kind for held, _ in opens}):
        raise file.wrong("opens", f"nothing is said of {', '.join(silent)}")
    resources = [_resource(row) for row in file.rows("resources", {"code", "topic", "title", "url", "for"})]
    if len({resource.code for resource in resources}) < len(resources):
        raise file.wrong("resources", "a code stands twice")
    in_force_from = file.begins()
    return Capabilities(file.version("version"), in_force_from, tuple(opens), tuple(resources))


def _held(row: Table) -> Held:
    def some(name: str, allowed: Collection[str]) -> frozenset[str]:
        return frozenset(row.texts(name, allowed)) if name in row else _ANY

    return Held(
        row.one_of("kind", KINDS),
        some("directions", DIRECTIONS),
        some("levels", LEVELS),
        some("specialties", BOOKS.specialties.by_code),
    )


def _resource(row: Table) -> Resource:
    title = row.translated("title")
    if not row.text("url").startswith("https://"):
        raise row.wrong("url", "an https address is expected")
    whose = tuple(_held(one) for one in row.rows("for", _HELD))
    if not whose:
        raise row.wrong("for", "nobody would see it")
    return Resource(row.text("code"), row.one_of("topic", frozenset(ResourceTopic)), title, row.text("url"), whose)
