"""Applications that lack nothing, one of each kind, for tests to take something away from."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from resolvers.acts.problem import Problem
from resolvers.application.evidence import Draft, Education, Evidence, Held, Licence, Paper, Supervisor
from resolvers.application.requirements import problems
from resolvers.rules import Procedure, procedure

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ME, BOSS = 6, 11
HERE, ELSEWHERE = 1, 2
SURGERY, THERAPY = "31.08.67", "31.08.49"
NUMBER = "Л041-90001-77/90000001"
KNOWN = frozenset({"family_name", "given_name", "birth_on", "snils", "phone", "email"})
CONSENTS = dict(procedure("PERMANENT", AT).consents)

BASE = Held(
    id=70,
    kind="PERMANENT",
    specialty_code=SURGERY,
    state="ACTIVE",
    valid_from=datetime(2025, 1, 1, tzinfo=UTC),
    valid_to=datetime(2030, 1, 1, tzinfo=UTC),
    place_id=HERE,
)
EVIDENCE = Evidence(
    practitioner_id=ME,
    known=KNOWN,
    educations=(
        Education("HIGHER", "31.05.01", date(2020, 6, 25)),
        Education("RESIDENCY", SURGERY, date(2022, 6, 25)),
    ),
    organization_ids=frozenset({HERE}),
    licences=(Licence(NUMBER, "ACTIVE", date(2020, 1, 1)),),
    documents={
        1: Paper(ME, "EXPERIENCE", "SIGNED"),
        2: Paper(ME, "CPD", "CHECKED", date(2029, 1, 1)),
        3: Paper(ME, "REFERENCE", "REGISTERED", date(2027, 1, 1)),
        4: Paper(ME, "SIGNING_CERTIFICATE", "CHECKED", date(2027, 4, 18)),
        5: Paper(ME, "DIPLOMA", "CHECKED"),
        6: Paper(ME, "PASSPORT", "CHECKED"),
    },
)
DRAFT = Draft(kind="PERMANENT", specialty_code=SURGERY, organization_id=HERE, consents=CONSENTS)


@dataclass(frozen=True)
class Applying:
    """A draft with its evidence."""

    draft: Draft
    evidence: Evidence

    def but(self, **changes: Any) -> "Applying":
        """With other fields of the draft, or, where it has none of the name, of the evidence."""
        said = {name: value for name, value in changes.items() if name in Draft.__slots__}
        known = {name: value for name, value in changes.items() if name not in Draft.__slots__}
        return Applying(replace(self.draft, **said), replace(self.evidence, **known))

    def lacks(self, at: datetime = AT, **rules: Any) -> list[Problem]:
        """Its problems, under the procedure of its kind with other rules."""
        return list(problems(self.draft, self.evidence, replace(rules_of(self.draft.kind), **rules), at))

    def told(self, at: datetime = AT, **rules: Any) -> list[tuple[str, ...]]:
        """Its problems as code and path."""
        return [(problem.code.value, *problem.path) for problem in self.lacks(at, **rules)]


def rules_of(kind: str) -> Procedure:
    return procedure(kind, AT)


ATTESTED = ("CHANNEL", "WORKPLACE", "CERTIFIED_PROTECTION", "TELEMEDICINE_POINT", "PERSONAL_DATA_ATTESTATION")
PERMANENT = Applying(replace(DRAFT, documents={"EXPERIENCE": (1,)}), EVIDENCE)
TEMPORARY = Applying(
    replace(DRAFT, kind="TEMPORARY", specialty_code=THERAPY, purpose="INTERNSHIP", days=60, supervisor_id=BOSS),
    replace(EVIDENCE, supervisor=Supervisor((replace(BASE, id=71, specialty_code=THERAPY),), frozenset({HERE}))),
)
SPECIAL = Applying(
    replace(
        DRAFT,
        kind="SPECIAL",
        organization_id=None,
        base_id=BASE.id,
        directions=("SURGERY",),
        documents={"COMPETENCE": (2,)},
    ),
    replace(EVIDENCE, accreditations=(BASE,)),
)
REMOTE = Applying(
    replace(
        DRAFT,
        kind="REMOTE",
        organization_id=None,
        base_id=BASE.id,
        documents={"INFRASTRUCTURE": (3,), "DATA_PROTECTION": (3, 4)},
    ),
    replace(EVIDENCE, accreditations=(BASE,), attested=frozenset((HERE, kind) for kind in ATTESTED)),
)
ORGANISATIONAL = Applying(
    replace(DRAFT, kind="ORGANISATIONAL", specialty_code=None, licence_number=NUMBER),
    replace(EVIDENCE, educations=()),
)
KINDS = {one.draft.kind: one for one in (PERMANENT, TEMPORARY, SPECIAL, REMOTE, ORGANISATIONAL)}
