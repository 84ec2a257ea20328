"""The package of the journal that the auditor has made: what it takes, and where it is fetched."""

from datetime import datetime

from engine.declare import derived, public, shows
from resolvers import audit_package as packages
from schema.act_inputs import act_input
from schema.payload import DONE, Problem

act_input(
    packages.ExportAuditInput,
    "Of which time the package is: 366 days at most.",
    since="From which instant on something was done or read.",
    until="The instant before which it was.",
)


@shows(packages.Package)
class AuditPackage:
    """A sealed package of the journal (пакет журнала) that waits to be fetched; `kabinet journal verify` proves it."""

    path: str = public(
        "Path by which whoever had it made fetches it, once, with his access token (GET); the ticket in it is secret."
    )
    ends_at: datetime = public("Until when.")
    entries: int = public("How many entries it has.")
    first_position: int | None = public("Position of its first entry; null where it has none.")
    last_position: int | None = public("Position of its last entry; null where it has none.")


@shows(packages.ExportAuditPayload)
class ExportAuditPayload:
    """What came of having a package made."""

    package: AuditPackage | None = derived(
        packages.package_of, "The package; null where there is none.", needs=("package",)
    )
    problems: list[Problem] = public(DONE)
