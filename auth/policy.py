"""The policy, on one page: permission → role → the rule that must also hold. What is absent is refused.

A rule is a column of the row (each type names its own) that must be in a set of the viewer. Where it takes a second
factor besides, `auth/minimums.py` says. What is clinical has a page of its own. Source: the access matrix of the
cabinet, domain facts §9.
"""

from collections.abc import Mapping

from auth.clinical import CLINICAL
from auth.minimums import MINIMUMS, held_to
from auth.permissions import Permission as P
from auth.role import RoleName as R
from auth.rules import Clause, Row, Rule, when

ALL = when(Rule.ALL)
OWN = when(Rule.OWN)
ORG = when(Rule.ORG)
# An application is its organisation's once it is submitted, and always that of the institution that applies.
ORG_OR_HOLDER = when(Rule.ORG, Rule.HOLDER)
CASE = when(Rule.CASE)
FILE = when(Rule.FILE)
PLAIN = when(Rule.PLAIN)
QUEUE = when(Rule.QUEUE)
SUBMITTED = when(Rule.SUBMITTED)
UNIT = when(Rule.UNIT)
UNIT_OR_TRAINEE = when(Rule.UNIT, Rule.TRAINEE)
OFFICE = when(Rule.OFFICE)


def _workers(clauses: tuple[Clause, ...]) -> Row:
    return dict.fromkeys((R.APL, R.LNK, R.TMP, R.DOC, R.NUR), clauses)


def _everybody(clauses: tuple[Clause, ...]) -> Row:
    return dict.fromkeys((role for role in R if role is not R.ALL), clauses)


def _signed_in(clauses: tuple[Clause, ...]) -> Row:
    return {role: held for role, held in _everybody(clauses).items() if role is not R.NOB}


def _and(first: Row, second: Row) -> Row:
    return {role: first.get(role, ()) + second.get(role, ()) for role in {**first, **second}}


# Whoever sees a document that identifies nobody reads all of it; of those that do, whoever has to look at them.
_WHOLE_DOCUMENT: Row = {
    **_workers(OWN + PLAIN), R.HRR: PLAIN + when(Rule.SHARED), R.HED: PLAIN, R.EXP: PLAIN + when(Rule.ENCLOSED),
    R.REG: PLAIN + CASE, R.MIS: PLAIN,
}  # fmt: skip
_FILE: Row = {**_workers(OWN), R.HRR: ORG, R.HED: ORG_OR_HOLDER, R.EXP: FILE, R.REG: SUBMITTED}

_ROWS: Mapping[P, Row] = {
    P.PRACTITIONER_IDENTITY_READ: {**_workers(OWN), R.HRR: ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG},
    P.PRACTITIONER_IDENTITY_MASKED: {
        **_workers(OWN), R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG, R.SUPP: ALL,
    },
    P.PRACTITIONER_CONTACT_READ: {
        **_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG,
    },
    P.PRACTITIONER_CONTACT_WRITE: _workers(OWN),
    P.PRACTITIONER_EMPLOYMENT_READ: {
        **_workers(OWN), R.SUP: UNIT, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: CASE, R.MIS: ORG,
    },
    P.PRACTITIONER_EDUCATION_READ: {
        **_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG,
    },
    P.ACCREDITATION_RECORD_READ: _and(
        _everybody(when(Rule.INSTITUTION)),
        {**_workers(OWN), R.SUP: UNIT_OR_TRAINEE, R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL, R.MIS: ORG},
    ),
    P.ACCREDITATION_ATTESTATION_READ: {**_workers(OWN), R.HRR: ORG, R.HED: ORG, R.EXP: CASE, R.REG: ALL},
    P.ACCREDITATION_ATTESTATION_WRITE: {R.HRR: ORG, R.HED: ORG},
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
    P.APPLICATION_CASE_EXAMINE: {R.EXP: FILE + QUEUE},
    P.APPLICATION_REVIEW_READ: {**_workers(OWN), R.EXP: FILE, R.REG: SUBMITTED},
    P.APPLICATION_COMMENT_WRITE: {R.EXP: FILE + QUEUE},
    P.APPLICATION_COMMENT_READ: {**_workers(when(Rule.ADDRESSED)), R.EXP: ALL, R.REG: ALL},
    P.APPOINTMENT_RECORD_READ: _and(
        _signed_in(when(Rule.ADDRESSEE)), {R.HRR: ORG, R.HED: ORG, R.AUD: ALL, R.ADM: ALL},
    ),
    P.APPOINTMENT_RECORD_WRITE: {R.HED: ORG, R.ADM: ALL},
    P.AUDIT_EVENT_EXPORT: {R.AUD: ALL},
    P.AUDIT_EVENT_READ: {R.AUD: ALL},
    P.DOCUMENT_CATALOGUE_READ: {
        **_workers(OWN), R.HRR: when(Rule.SHARED), R.HED: when(Rule.HOLDER), R.EXP: when(Rule.ENCLOSED, Rule.FILE),
        R.REG: CASE, R.MIS: when(Rule.HOLDER, Rule.GIVEN),
    },
    P.DOCUMENT_CERTIFICATE_ISSUE: _workers(OWN),
    # Reports are opened by an accreditation, or an office; whoever is only employed has none.
    P.ANALYTICS_REPORT_READ: {
        R.TMP: OWN, R.DOC: OWN, R.NUR: OWN, R.SUP: UNIT, R.HRR: ORG, R.HED: ORG, R.REG: ALL,
    },
    P.ANALYTICS_TEMPLATE_WRITE: _signed_in(when(Rule.ADDRESSEE)),
    # Whose documents they are sees who got them.
    P.DOCUMENT_PACKAGE_READ: _and(
        _workers(OWN), _and(_signed_in(when(Rule.ADDRESSEE)), {R.HRR: ORG, R.HED: ORG, R.MIS: ORG}),
    ),
    P.DOCUMENT_PACKAGE_SEND: {
        **_workers(OWN), R.HRR: when(Rule.SHARED, Rule.HOLDER), R.HED: when(Rule.HOLDER),
        R.MIS: when(Rule.HOLDER),
    },
    P.DOCUMENT_REQUEST_READ: {
        R.REG: when(Rule.ADDRESSEE), R.INS: when(Rule.ADDRESSEE), R.HRR: ORG, R.HED: ORG, R.MIS: ORG,
    },
    P.DOCUMENT_REQUEST_WRITE: {R.REG: when(Rule.ADDRESSEE), R.INS: when(Rule.ADDRESSEE)},
    P.DOCUMENT_CHECK_WRITE: {R.HRR: when(Rule.SHARED), R.EXP: when(Rule.ENCLOSED, Rule.FILE)},
    # What is said of patients there is not for those who look after workers and their accreditation.
    P.DOCUMENT_CLINICAL_READ: {**_workers(OWN), R.HED: when(Rule.HOLDER)},
    # A patient sees no document of this catalogue, but fetches those that stand with his records.
    P.DOCUMENT_CONTENT_READ: {**_WHOLE_DOCUMENT, R.PAT: PLAIN},
    # A hospital's system puts in what is about a patient, on behalf of whoever may write of him, and nothing else.
    P.DOCUMENT_CONTENT_WRITE: {**_workers(OWN), R.HED: when(Rule.HOLDER), R.MIS: when(Rule.BEHALF)},
    P.DOCUMENT_NUMBER_READ: _WHOLE_DOCUMENT,
    P.DOCUMENT_SIGNATURE_WRITE: {**_workers(OWN), R.HRR: when(Rule.SHARED), R.HED: when(Rule.HOLDER)},
    P.ACCESS_TERMS_WRITE: _workers(OWN),
    # Whoever is not in the register yet has nothing there that is his own; his account asks.
    P.REGISTRY_REQUEST_WRITE: _workers(when(Rule.ADDRESSEE)),
    P.REGISTRY_REQUEST_READ: {**_workers(when(Rule.ADDRESSEE)), R.HRR: ORG},
    P.REGISTRY_REQUEST_VALUES: {**_workers(when(Rule.ADDRESSEE)), R.HRR: ORG},
    P.REGISTRY_REQUEST_DECIDE: {R.HRR: ORG},
    P.ORGANIZATION_LINK_WRITE: _workers(OWN),
    P.ORGANIZATION_LINK_READ: {**_workers(OWN), R.HRR: ORG},
    P.ORGANIZATION_LINK_DECIDE: {R.HRR: ORG},
    P.ORGANIZATION_SERVICE_READ: {**_workers(ORG), R.SUP: ORG, R.HRR: ORG, R.HED: ORG},
    P.ORGANIZATION_SERVICE_WRITE: {R.HED: ORG},
    P.ORGANIZATION_TELEMEDICINE_READ: {R.REM: when(Rule.ADDRESSEE)},
    P.ACCESS_GRANT_READ: {**_workers(OWN), R.SUP: UNIT, R.HRR: OFFICE, R.HED: ORG, R.AUD: ALL},
    # Whoever gave a grant takes it back, and so does who heads the organisation.
    P.ACCESS_GRANT_WRITE: {
        R.DOC: OWN, R.SUP: OWN, R.DSK: OWN, R.HRR: OWN + OFFICE, R.HED: OWN + ORG,
    },
    P.ACCESS_PATIENTS_GRANT: dict.fromkeys((R.DOC, R.SUP, R.DSK, R.HED), OWN),
    P.ACCESS_REQUEST_WRITE: _workers(OWN),
    P.ACCESS_REQUEST_DECIDE: {R.HRR: OFFICE, R.HED: ORG},
    P.ACCESS_EMERGENCY_GRANT: {R.SUP: UNIT, R.HED: ORG},
    P.ACCESS_EMERGENCY_REVIEW: {R.HED: ORG, R.AUD: ALL},
    # Whoever is not confirmed has begun a session too.
    P.IDENTITY_SESSION_WRITE: _everybody(when(Rule.ADDRESSEE)),
    P.NOTIFICATION_MESSAGE_READ: _signed_in(when(Rule.ADDRESSEE)),
    P.NOTIFICATION_MESSAGE_WRITE: _signed_in(when(Rule.ADDRESSEE)),
    P.SCHEDULE_SHIFT_READ: {**_workers(ORG), R.SUP: ORG, R.HRR: ORG, R.HED: ORG, R.MIS: ORG},
    P.SCHEDULE_SLOT_READ: _and(
        _everybody(when(Rule.PUBLISHED)), {**_workers(ORG), R.SUP: ORG, R.HRR: ORG, R.HED: ORG, R.MIS: ORG},
    ),
    P.SCHEDULE_SLOT_WRITE: {R.DSK: ORG, R.HRR: ORG, R.SUP: UNIT},
    # It takes no facts, which may be what a store that does not answer has; the token tells who is signed in.
    P.SERVICE_STATUS_READ: _everybody(when(Rule.ADDRESSEE)),
    P.SUPPORT_LOCK_LIFT: {R.SUPP: ALL},
    P.SUPPORT_LOCK_READ: {R.AUD: ALL, R.SUPP: ALL},
    P.SUPPORT_MATCH_READ: {R.AUD: ALL, R.SUPP: ALL},
    P.SUPPORT_TICKET_ANSWER: {R.SUPP: ALL},
    # Who has no role, for his account is locked, needs support most.
    P.SUPPORT_TICKET_CLOSE: _and(_everybody(when(Rule.ADDRESSEE)), {R.SUPP: ALL}),
    P.SUPPORT_TICKET_OPEN: _everybody(when(Rule.ADDRESSEE)),
    P.SUPPORT_TICKET_READ: _and(_everybody(when(Rule.ADDRESSEE)), {R.SUPP: ALL}),
    **CLINICAL,
}  # fmt: skip

POLICY: Mapping[P, Row] = held_to(_ROWS)


class PolicyRefused(Exception):
    """The policy does not cover the vocabulary."""


def check(policy: Mapping[P, Row] = POLICY) -> None:
    """Every permission has a row and a minimum of assurance.

    Raises:
        PolicyRefused: naming the permissions that have none.
    """
    for what, named in (("minimum of assurance", MINIMUMS), ("row", policy)):
        missing = sorted(permission.value for permission in P if permission not in named)
        if missing:
            raise PolicyRefused(f"the policy has no {what} for {', '.join(missing)}")
