"""The oracle of access: the table and the world's own facts say what one viewer may read; the product is not asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.authorization.table import (
    CAST,
    EVERYBODY,
    INPUTS,
    LEFT_TO_CHILDREN,
    MASKED_BY,
    OBJECTS,
    WITHOUT_CHILDREN,
    access,
    permissions,
)
from tests.authorization.world import Ties, World

IN_FORCE = {"ACTIVE", "UNDER_REVIEW"}
# Rules about patients: what of a row they look at.
LOOKS_AT = {
    "cares": "carers", "supervised": "carers", "nursing": "nurses", "ward": "wards", "emergency": "openers",
    "emergency_confirmed": "confirmed", "desk": "desks", "patient": "accounts",
    "trusted": "trusted", "ward_trusted": "trusted_wards",
    "directed": "directed", "opener": "opener", "here": "asked_here", "inquiry": "inquirers",
    "party": "parties", "asked": "conductor",
}  # fmt: skip
CLINICAL = LOOKS_AT.keys() | {"tutored", "behalf", "conducts"}
DESK = "L40"
# Rules that can hold on some types alone.
ON_SOME_TYPES = {
    "institution": {"Accreditation"},
    "queue": {"AccreditationApplication"},
    "holder": {"AccreditationApplication", "Document"},
    "file": {"AccreditationApplication", "Accreditation", "Practitioner"},
    "enclosed": {"Document", "Practitioner"},
    "submitted": {"AccreditationApplication", "Practitioner", "Accreditation"},
    "addressed": {"ApplicationComment"},
    "addressee": {"Message"},
    "plain": {"Document", "ClinicalDocument"},
    "office": {"AccessGrant"},
    # What the practitioner may do in whose name a service account asks; none of the cast names one.
    "behalf": set(),
}


@dataclass(frozen=True)
class Clause:
    """One way to a permission that this viewer has, with the set that the rule looks into."""

    rule: str
    among: frozenset[Any]
    locked: bool


@dataclass
class Oracle:
    """What one persona may read."""

    world: World
    persona: str
    second_factor: bool = True
    _clauses: dict[str, list[Clause]] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        """Whether nothing is hidden from the viewer."""
        return "ALL" in CAST[self.persona]

    @property
    def person(self) -> int | None:
        """The key of the viewer's row in the register."""
        subject = self.world.subjects.get(self.persona)
        rows = (row["id"] for row in self.world.table("practitioner") if row["subject"] == subject)
        return next(rows, None) if subject else None

    def sees(self, ties: Ties) -> bool:
        """Whether an object is there at all for the viewer."""
        permission = OBJECTS.get(ties.type_name)
        return permission is None or self.allows(permission, ties)

    def refusal(self, coordinate: str, ties: Ties | None) -> str | None:
        """The reason why a field of an object is refused; None when it may be read.

        Of an edge this tells whether it may be followed; which objects it leads to, they tell themselves.
        """
        permission = permissions()[coordinate]
        if permission is None or self.everything:
            return None
        parent = coordinate.partition(".")[0]
        if self._may(permission, ties, parent if coordinate not in WITHOUT_CHILDREN else ""):
            return None
        locked = [clause for clause in self.clauses(permission) if clause.locked]
        if ties is not None and any(_holds(clause, ties) for clause in locked):
            return "SECOND_FACTOR"
        masked_by = MASKED_BY.get(coordinate)
        if masked_by is not None and ties is not None and self.allows(masked_by, ties):
            return "MASKED"
        return self._why_not(permission, parent)

    def input_refusal(self, coordinate: str) -> str | None:
        """The reason why an input may not be used at all; None when it may, if only for some rows."""
        clauses = self.clauses(INPUTS[coordinate])
        if self.everything or any(not clause.locked for clause in clauses):
            return None
        return "SECOND_FACTOR" if clauses else self._why_not(INPUTS[coordinate], "")

    def allows(self, permission: str, ties: Ties) -> bool:
        """Whether the permission holds on an object."""
        return self.everything or any(_holds(c, ties) for c in self.clauses(permission) if not c.locked)

    def clauses(self, permission: str) -> list[Clause]:
        """The ways to a permission that are not empty."""
        if permission not in self._clauses:
            self._clauses[permission] = list(self._found(permission))
        return self._clauses[permission]

    def _may(self, permission: str, ties: Ties | None, parent: str) -> bool:
        open_clauses = [clause for clause in self.clauses(permission) if not clause.locked]
        if ties is None:
            return bool(open_clauses)
        left = LEFT_TO_CHILDREN.get(parent, frozenset())
        return any(clause.rule in left or _holds(clause, ties) for clause in open_clauses)

    def _why_not(self, permission: str, parent: str) -> str:
        if self.persona == "anonymous":
            return "SIGN_IN"
        # Whom nobody knows in the register, and who holds no office, lacks that first, for what a worker may do.
        if self.persona == "newcomer" and not {"LNK", "TMP", "DOC", "NUR"}.isdisjoint(access()[permission]):
            return "REGISTRY_LINK_MISSING"
        # Whoever works on an accreditation, and on none for telemedicine, is told that it is this one that is missing.
        held, remote = {*CAST[self.persona]}, "REM" in access()[permission] and not self.clauses(permission)
        if remote and "REM" not in held and held & {"DOC", "NUR", "TMP"}:
            return "REMOTE_ACCREDITATION"
        # A role that gives the permission by some rule, on whatever objects, if there are any.
        given = {text.rstrip("!~") for role in CAST[self.persona] for text in access()[permission].get(role, ())}
        given |= {clause.rule for clause in self.clauses(permission)}
        return "OBJECT" if any(parent in ON_SOME_TYPES.get(rule, {parent}) for rule in given) else "ROLE"

    def _found(self, permission: str) -> Iterator[Clause]:
        if permission in EVERYBODY:
            yield Clause(EVERYBODY[permission], frozenset({0}), locked=False)
        for role in CAST[self.persona]:
            for text in access()[permission].get(role, ()):
                rule, needs_factor = text.rstrip("!~"), text.endswith(("!", "~"))
                among = self._among(rule, role)
                if among:
                    yield Clause(rule, among, needs_factor and not self.second_factor)

    def _among(self, rule: str, role: str) -> frozenset[Any]:
        world, person = self.world, self.person
        if rule in CLINICAL:
            return self._clinical(rule, role)
        match rule:
            case "own":
                return frozenset() if person is None else frozenset({person})
            case "org" | "shared" | "given" | "holder" | "office":
                return self._organizations(role)
            case "unit":
                return frozenset(row["id"] for row in world.table("department") if row["head_id"] == person)
            case "trainee":
                records = (row for row in world.table("accreditation") if row["supervisor_id"] == person)
                live = (r for r in records if world.in_term(r) and r["state"] in {"ACTIVE", "UNDER_REVIEW"})
                return frozenset(record["practitioner_id"] for record in live)
            case "case" | "file":
                subject = world.subjects[self.persona]
                cases = (row for row in world.table("review_case") if row["officer"] == subject)
                column = "practitioner_id" if rule == "case" else "application_id"
                found = {one[column] for one in cases if world.in_term(one, "opened_at", "closed_at")}
                return frozenset(found - {None})
            case "enclosed":
                files = self._among("file", role)
                enclosing = (row for row in world.table("application") if row["id"] in files)
                return frozenset(key for row in enclosing for key in row["document_ids"])
            case "addressee":
                # Nothing is addressed to nobody.
                return frozenset({world.subjects[self.persona]} if self.persona in world.subjects else ())
        return frozenset({0})

    def _clinical(self, rule: str, role: str) -> frozenset[Any]:
        """What a rule about patients looks into, at the main post of whoever is of the cast."""
        world, subject = self.world, self.world.subjects[self.persona]
        if rule == "patient":
            return frozenset({subject})
        if rule == "inquiry":
            return self._inquirers(role, subject)
        here = next((row["organization_id"] for row in world.posts(self.person) if row["kind"] == "MAIN"), None)
        if self.person is None or here is None:
            return frozenset()
        mine = [row for row in world.table("accreditation") if row["practitioner_id"] == self.person]
        mine = [row for row in mine if row["place_id"] == here and world.in_term(row) and row["state"] in IN_FORCE]
        codes = {row["specialty_code"] for row in mine if row["kind"] == "PERMANENT"}
        departments = (row for row in world.table("department") if row["head_id"] == self.person)
        units = {row["id"] for row in departments if row["organization_id"] == here}
        match rule:
            case "directed":
                return _directions(mine, here)
            case "supervised":
                found = {row["supervisor_id"] for row in mine if row["kind"] == "TEMPORARY"}
                return frozenset(f"{one}@{here}" for one in found - {None})
            case "trusted":
                return frozenset(f"{self.person}@{here}#{code}" for code in codes)
            case "ward":
                return frozenset(units)
            case "ward_trusted":
                return frozenset(f"{unit}#{code}" for unit in units for code in codes)
            case "tutored":
                # Of what a colleague writes by his access, too; in no world anybody has.
                return self._among("trainee", "SUP") | {f"{self.person}@{here}>*"}
            case "desk":
                works = (row for row in world.posts(self.person) if row["kind"] == "MAIN")
                return frozenset(row["organization_id"] for row in works if row["position_code"] == DESK)
            case "behalf" | "here":
                return frozenset({here} if rule == "here" else ())
        return frozenset({f"{self.person}@{here}"})

    def _inquirers(self, role: str, subject: str) -> frozenset[str]:
        places = [f"@{place}" for place in self._organizations(role)] if role == "HED" else [""]
        return frozenset(f"{role}{place}:{subject}" for place in places)

    def _organizations(self, role: str) -> frozenset[int]:
        world = self.world
        if role == "HED":
            return frozenset(row["id"] for row in world.table("organization") if row["head_id"] == self.person)
        if role in {"HRR", "MIS"}:
            subject = world.subjects[self.persona]
            held = (r for r in world.table("appointment") if r["subject"] == subject and r["function"] == role)
            return frozenset(row["organization_id"] for row in held if world.in_term(row))
        return frozenset(row["organization_id"] for row in world.posts(self.person)) if self.person else frozenset()


def _directions(records: list[Any], here: int) -> frozenset[str]:
    held = (row["directions"] for row in records if row["kind"] == "SPECIAL")
    return frozenset(f"{one}@{here}" for some in held for one in some)


# For each rule what of an object's ties has to be in the viewer's set; or has to meet it; or has to be so.
ONE_OF = {
    "own": "person", "trainee": "person", "case": "person", "file": "file", "enclosed": "document",
    "addressee": "addressee",
}  # fmt: skip
MEETS = {
    "org": "organizations",
    "unit": "units",
    "shared": "shared",
    "given": "given",
    "holder": "holders",
    "office": "offices",
}
IS_SO = {"queue": "unclaimed", "institution": "institution", "addressed": "for_applicant", "submitted": "submitted",
         "published": "published", "plain": "plain"}  # fmt: skip


def _holds(clause: Clause, ties: Ties) -> bool:
    if clause.rule in CLINICAL:
        column = LOOKS_AT.get(clause.rule)
        return column is not None and not clause.among.isdisjoint(getattr(ties.care, column))
    if clause.rule == "own" and not clause.among.isdisjoint(ties.parties):
        return True
    if clause.rule in ONE_OF:
        return getattr(ties, ONE_OF[clause.rule]) in clause.among
    if clause.rule in MEETS:
        return not clause.among.isdisjoint(getattr(ties, MEETS[clause.rule]))
    return clause.rule == "all" or bool(getattr(ties, IS_SO[clause.rule]))
