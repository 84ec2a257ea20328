"""The policy says what the table of access says, role by role, and nothing that nobody asked for."""

import pytest

from auth.assurance import Age
from auth.clinical import CLINICAL
from auth.permissions import Permission
from auth.policy import POLICY
from auth.role import RoleName
from auth.rules import Rule
from tests.authorization.table import access

# How the table marks the age of a second factor.
MARKS = {None: "", Age.FRESH: "!", Age.RECENT: "~"}
# The desk has patients, and hands on what it has; and it publishes slots.
OF_DESKS = {Permission.ACCESS_GRANT_WRITE, Permission.ACCESS_PATIENTS_GRANT, Permission.SCHEDULE_SLOT_WRITE}
# What everybody has, whoever he is: an institution's accreditation is public, and so is a slot that was published.
PUBLIC = {("accreditation:record:read", Rule.INSTITUTION.value), ("schedule:slot:read", Rule.PUBLISHED.value)}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ALL])
def test_a_role_has_exactly_the_rules_of_the_table(permission: Permission, role: RoleName) -> None:
    clauses = POLICY[permission].get(role, ())
    found = {clause.rule.value + MARKS[clause.factor] for clause in clauses}
    public = {rule for name, rule in PUBLIC if name == permission}
    assert found == {*access()[permission].get(role.value, ()), *public}


def test_the_role_that_may_do_everything_has_no_row() -> None:
    assert all(RoleName.ALL not in row for row in POLICY.values())


def test_add_ons_open_nothing_of_their_own() -> None:
    for permission, row in POLICY.items():
        # Of telemedicine its add-on opens what is there for no other worker.
        remote = permission.startswith(("clinical:teleconsultation:", "organization:telemedicine:"))
        nobody = (RoleName.SPC, RoleName.NOB) if remote else (RoleName.REM, RoleName.NOB)
        others = (*nobody, RoleName.INS, RoleName.PAT) + (() if permission in OF_DESKS else (RoleName.DSK,))
        for role in nobody if permission in CLINICAL else others:
            # A patient fetches what stands with his records, and sees no document of any catalogue.
            fetches = (role, permission) == (RoleName.PAT, Permission.DOCUMENT_CONTENT_READ)
            assert {clause.rule for clause in row.get(role, ())} <= {
                Rule.INSTITUTION,
                Rule.PUBLISHED,
                Rule.ADDRESSEE,
                *((Rule.PLAIN,) if fetches else ()),
            }


def test_a_special_accreditation_opens_what_is_ordered_for_its_direction_and_nothing_else() -> None:
    given = {name for name in CLINICAL if RoleName.SPC in POLICY[name]}
    assert given == {
        "clinical:card:masked", "clinical:order:masked", "clinical:order:read", "clinical:protocol:sign",
        "clinical:protocol:write", "clinical:result:masked", "clinical:result:read",
    }  # fmt: skip
    assert {clause.rule.value for name in given for clause in POLICY[name][RoleName.SPC]} == {"directed"}


def test_whoever_reads_the_whole_reads_its_mask() -> None:
    """Otherwise somebody could read a number and not its last digits."""
    masks = [permission for permission in Permission if permission.endswith(":masked")]
    assert len(masks) == 7
    for masked in masks:
        whole, mask = POLICY[Permission(masked.replace(":masked", ":read"))], POLICY[masked]
        for role, clauses in whole.items():
            rules = {clause.rule for clause in mask.get(role, ())}
            assert Rule.ALL in rules or {clause.rule for clause in clauses} <= rules


def test_whoever_reads_the_file_of_an_application_sees_the_application() -> None:
    seen, read = POLICY[Permission.APPLICATION_QUEUE_READ], POLICY[Permission.APPLICATION_FILE_READ]
    for role, clauses in read.items():
        assert set(clauses) <= set(seen[role])
