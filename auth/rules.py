"""The words of the policy: rules that a row must meet, and clauses, the ways to a permission."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from auth.assurance import Age
from auth.role import RoleName


class Rule(StrEnum):
    """Which set of the viewer a column of the row must meet."""

    ALL = "all"
    """Every row."""
    OWN = "own"
    """The row is about the viewer himself."""
    ORG = "org"
    """The row belongs to an organisation where the viewer holds the role."""
    UNIT = "unit"
    """The row belongs to a department that the viewer leads."""
    TRAINEE = "trainee"
    """The row is about a person whom the viewer supervises."""
    CASE = "case"
    """The row is about a person whose case is open on the viewer."""
    FILE = "file"
    """The row is about an application whose case is open on the viewer."""
    ENCLOSED = "enclosed"
    """The row is a document that an application encloses whose case is open on the viewer."""
    SUBMITTED = "submitted"
    """The row was submitted; before that it is its applicant's alone."""
    SHARED = "shared"
    """The row was shared with an organisation where the viewer holds the role."""
    GIVEN = "given"
    """The row was shared with such an organisation, and is a document that identifies nobody."""
    HOLDER = "holder"
    """The row is the own of an institution where the viewer holds the role."""
    QUEUE = "queue"
    """The row waits in the queue, claimed by nobody."""
    INSTITUTION = "institution"
    """The row is about an institution, not about a person."""
    PLAIN = "plain"
    """The row is a document that identifies nobody: no passport, no card of a pension account."""
    PUBLISHED = "published"
    """The row is published: everybody may know it."""
    ADDRESSED = "addressed"
    """The row is addressed to the applicant."""
    ADDRESSEE = "addressee"
    """The row is addressed to the viewer himself; the token alone tells."""
    CARES = "cares"
    """The row is about a patient for whom the viewer cares at his workplace."""
    SUPERVISED = "supervised"
    """The row is about a patient for whom the viewer's supervisor cares at the viewer's workplace."""
    NURSING = "nursing"
    """The row is a nurse's work about a patient for whom the viewer cares at his workplace."""
    TUTORED = "tutored"
    """The row is what a trainee of the viewer wrote of a patient for whom the viewer cares at his workplace."""
    WARD = "ward"
    """The row is about a patient in a department of his workplace that the viewer leads."""
    TRUSTED = "trusted"
    """The row is specially protected, of a patient in his care who consented; the viewer's specialty fits it."""
    WARD_TRUSTED = "ward_trusted"
    """The row is specially protected, of a consenting patient of his ward; the viewer's specialty fits it."""
    EMERGENCY = "emergency"
    """The row is about a patient whose history the viewer opened in an emergency at his workplace."""
    EMERGENCY_CONFIRMED = "emergency_confirmed"
    """The row is about a patient whom he opened in an emergency that somebody else confirmed."""
    DIRECTED = "directed"
    """The row is an order, or came of one, for the viewer's workplace and a direction that he is accredited for."""
    OPENER = "opener"
    """The row is what the viewer himself opened in an emergency at his workplace, in force or over."""
    PARTY = "party"
    """The row is a referral that the viewer issued or accepted at his workplace, or that names him there."""
    INQUIRY = "inquiry"
    """The row is about a patient and a time that an open case of the viewer names."""
    PATIENT = "patient"
    """The row is about a patient who the viewer is, or for whom he stands by law; the token alone tells."""
    DESK = "desk"
    """The row is about a patient of the organisation at whose registration desk the viewer works."""
    HERE = "here"
    """The row belongs to the organisation of the viewer's workplace."""
    ASKED = "asked"
    """The row is a session of telemedicine that the viewer is asked for, or holds, as a doctor at his workplace."""
    CONDUCTS = "conducts"
    """The row is about a patient for whom the viewer, a doctor accredited for telemedicine, cares at his workplace."""
    GRANTED = "granted"
    """The row is what somebody handed on to the viewer, and may do himself at that instant."""
    OFFICE = "office"
    """The row belongs to an organisation where the viewer holds the role, and is about no patient."""
    BEHALF = "behalf"
    """Whatever the practitioner on whose behalf a service account asks may do; it is shown no second factor."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to a permission: the rule, and how old a second factor may be, where `auth/minimums.py` asks for one."""

    rule: Rule
    factor: Age | None = None

    @property
    def mark(self) -> str:
        """The rule as tables say it."""
        return self.rule.value if self.factor is None else f"{self.rule.value}{self.factor.value}"


Row = Mapping[RoleName, tuple[Clause, ...]]


def when(*rules: Rule) -> tuple[Clause, ...]:
    """Ways to a permission, each by one of the rules."""
    return tuple(Clause(rule) for rule in rules)
