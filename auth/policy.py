"""The policy, on one page: permission → role → the rule that must also hold. What is absent is refused.

A rule is a column of the row (each type names its own) that must be in a set of the viewer. `FRESH` means: only with a
second factor not older than 15 minutes. Source: the access matrix of the cabinet, domain facts §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from auth.permissions import Permission as P
from auth.roles import RoleName as R


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
    HOLDER = "holder"
    """The row is the own of an institution where the viewer holds the role."""
    QUEUE = "queue"
    """The row waits in the queue, claimed by nobody."""
    INSTITUTION = "institution"
    """The row is about an institution, not about a person."""
    ADDRESSED = "addressed"
    """The row is addressed to the applicant."""
    ADDRESSEE = "addressee"
    """The row is addressed to the viewer himself; the token alone tells."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to a permission: the rule, and whether it takes a fresh second factor."""

    rule: Rule
    second_factor: bool = False


def _when(*rules: Rule) -> tuple[Clause, ...]:
    return tuple(Clause(rule) for rule in rules)


ALL = _when(Rule.ALL)
OWN = _when(Rule.OWN)
ORG = _when(Rule.ORG)
# An application is its organisation's once it is submitted, and always that of the institution that applies.
ORG_OR_HOLDER = _when(Rule.ORG, Rule.HOLDER)
CASE = _when(Rule.CASE)
FILE = _when(Rule.FILE)
QUEUE = _when(Rule.QUEUE)
SUBMITTED = _when(Rule.SUBMITTED)
UNIT = _when(Rule.UNIT)
UNIT_OR_TRAINEE = _when(Rule.UNIT, Rule.TRAINEE)
FRESH_ORG = (Clause(Rule.ORG, second_factor=True),)

Row = Mapping[R, tuple[Clause, ...]]


def _workers(clauses: tuple[Clause, ...]) -> Row:
    return dict.fromkeys((R.APL, R.LNK, R.TMP, R.DOC, R.NUR), clauses)


def _everybody(clauses: tuple[Clause, ...]) -> Row:
    return dict.fromkeys((role for role in R if role is not R.ALL), clauses)


def _signed_in(clauses: tuple[Clause, ...]) -> Row:
    return {role: held for role, held in _everybody(clauses).items() if role is not R.NOB}


def _and(first: Row, second: Row) -> Row:
    return {role: first.get(role, ()) + second.get(role, ()) for role in {**first, **second}}


_FILE: Row = {**_workers(OWN), R.HRR: ORG, R.HED: ORG_OR_HOLDER, R.EXP: FILE, R.REG: SUBMITTED}

POLICY: Mapping[P, Row] = {
    P.PRACTITIONER_IDENTITY_READ: {**_workers(OWN), R.HRR: FRESH_ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG},
    P.PRACTITIONER_IDENTITY_MASKED: {
        **_workers(OWN), R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG, R.SUPP: ALL,
    },
    P.PRACTITIONER_CONTACT_READ: {
        **_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG,
    },
    P.PRACTITIONER_EMPLOYMENT_READ: {
        **_workers(OWN), R.SUP: UNIT, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG,
    },
    P.PRACTITIONER_EDUCATION_READ: {
        **_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG,
    },
    P.ACCREDITATION_RECORD_READ: _and(
        _everybody(_when(Rule.INSTITUTION)),
        {**_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG},
    ),
    P.ACCREDITATION_DECISION_READ: {**_workers(OWN), R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL},
    P.ACCREDITATION_STATE_WRITE: {R.REG: ALL},
    P.ACCREDITATION_RECHECK_REQUEST: {R.HED: ORG, R.REG: ALL},
    P.APPLICATION_QUEUE_READ: {**_FILE, R.EXP: FILE + QUEUE},
    P.APPLICATION_FILE_READ: _FILE,
    P.APPLICATION_CONTACT_READ: {
        **_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG_OR_HOLDER, R.EXP: FILE, R.REG: CASE, R.MIS: ORG,
    },
    P.APPLICATION_FILE_WRITE: {**_workers(OWN), R.HED: ORG},
    P.APPLICATION_CASE_CLAIM: {R.EXP: QUEUE},
    P.APPLICATION_CASE_DECIDE: {R.EXP: FILE + QUEUE},
    P.APPLICATION_REVIEW_READ: {**_workers(OWN), R.EXP: FILE, R.REG: SUBMITTED},
    P.APPLICATION_COMMENT_WRITE: {R.EXP: FILE + QUEUE},
    P.APPLICATION_COMMENT_READ: {**_workers(_when(Rule.ADDRESSED)), R.EXP: ALL, R.REG: ALL},
    P.AUDIT_EVENT_READ: {R.AUD: ALL},
    P.DOCUMENT_CATALOGUE_READ: {
        **_workers(OWN), R.HRR: _when(Rule.SHARED), R.HED: _when(Rule.HOLDER), R.EXP: _when(Rule.ENCLOSED, Rule.FILE),
        R.REG: CASE,
    },
    P.ACCESS_TERMS_WRITE: _workers(OWN),
    P.NOTIFICATION_MESSAGE_READ: _signed_in(_when(Rule.ADDRESSEE)),
    P.NOTIFICATION_MESSAGE_WRITE: _signed_in(_when(Rule.ADDRESSEE)),
    P.SCHEDULE_SHIFT_READ: {**_workers(ORG), R.SUP: ORG, R.HRR: ORG, R.HED: ORG, R.MIS: ORG},
}  # fmt: skip


class PolicyRefused(Exception):
    """The policy does not cover the vocabulary."""


def check(policy: Mapping[P, Row] = POLICY) -> None:
    """Every permission has a row.

    Raises:
        PolicyRefused: naming the permissions that have none.
    """
    missing = sorted(permission.value for permission in P if permission not in policy)
    if missing:
        raise PolicyRefused(f"the policy has no row for {', '.join(missing)}")
