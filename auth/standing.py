"""What follows from the facts of whoever asks at an instant: his roles, his workplace, and the verdicts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from auth.assurance import AGES, Age, Ages
from auth.clinical import CLINICAL
from auth.counting import admitted, counting, held_posts
from auth.facts import IDENTITY, Accredited, Case, Facts, Hindrance, Post
from auth.footing import Footing, at_work, by_office
from auth.granted import Granted
from auth.hindering import barred, unlinked
from auth.permissions import Permission
from auth.policy import POLICY
from auth.rights import REMOTE_ACCREDITATION, ROLE, SIGN_IN, WORKPLACE, Locked, Reason, RuleSet, Verdict
from auth.role import Role
from auth.role import RoleName as R
from auth.roles import in_office, roles
from auth.rules import Clause, Row, Rule
from auth.workplace import ORDINARY, Acting, posts_of, workplace

# Which roles cannot be known without the facts of a store.
RESTS_ON: Mapping[str, frozenset[R]] = {
    "registry": frozenset({R.LNK, R.TMP, R.DOC, R.NUR, R.SPC, R.REM, R.SUP, R.DSK, R.HRR, R.HED, R.MIS}),
    "accreditation": frozenset({R.TMP, R.DOC, R.NUR, R.SPC, R.REM, R.SUP, R.EXP, R.REG}),
    "journal": frozenset({R.HRR, R.EXP, R.REG, R.INS, R.PAT, R.MIS, R.AUD, R.SUPP, R.ADM, R.ALL}),
    # Of whoever asks under a session that nobody can vouch for.
    IDENTITY: frozenset(R) - {R.NOB},
}

# Rules that look into the same set, whoever the viewer is.
_FOR_ALL: Mapping[Rule, frozenset[Any]] = {
    Rule.ALL: frozenset({True}),
    Rule.PLAIN: frozenset({True}),
    Rule.QUEUE: frozenset({"UNCLAIMED"}),
    Rule.INSTITUTION: frozenset({"ORGANISATIONAL"}),
    Rule.SUBMITTED: frozenset({True}),
    Rule.PUBLISHED: frozenset({True}),
    Rule.ADDRESSED: frozenset({"APPLICANT"}),
}

NOBODY = (Role(R.NOB, "no role"),)
NOTHING = Verdict()
EVERYTHING = Verdict(always=True)
_NONE = frozenset[Any]()

MAX_SIGNATURES = 4_096
# What an employee is by his work alone; whatever one of these may do, a link to register and employer may lead to.
OF_WORKERS = frozenset({R.LNK, R.TMP, R.DOC, R.NUR})
# What a service account may not do in anybody's name.
OF_HIMSELF = frozenset({Rule.EMERGENCY, Rule.EMERGENCY_CONFIRMED, Rule.OPENER})


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What viewers with the same roles have in common: there is one object for each, so that it is told at a glance."""

    verdicts: tuple[tuple[bool, tuple[tuple[str, ...], tuple[str, ...]], tuple[int, ...], bool], ...]


_signature = lru_cache(maxsize=MAX_SIGNATURES)(Signature)


@dataclass(frozen=True)
class Standing:
    """What follows from facts at an instant, and stays so until a term of theirs begins or ends: roles and verdicts."""

    facts: Facts | None
    at: datetime
    demo: bool
    acting: Acting = ORDINARY
    ages: Ages = AGES
    _verdicts: dict[str, Verdict] = field(default_factory=dict, init=False, compare=False)

    @cached_property
    def until(self) -> datetime:
        """The instant from which it may be otherwise."""
        if self.facts is None:
            return self.at
        until, principal = self.facts.unchanged_until(self.at, self.ages), self.acting.principal
        return until if principal is None else min(until, principal.unchanged_until(self.at, self.ages))

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles in force."""
        return roles(self._believed, self.at, demo=self.demo)

    @cached_property
    def _believed(self) -> Facts | None:
        """The facts, as long as anything may rest on them."""
        return self.facts if self.facts is not None and self.facts.believed else None

    @cached_property
    def posts(self) -> list[Post]:
        """The posts that may be the workplace."""
        return posts_of(self._believed, self.acting, self.at, self.roles)

    @cached_property
    def workplace(self) -> Post | None:
        """The post under which the viewer asks for what is clinical; none where he has to choose one."""
        return workplace(self.posts, self.acting.workplace)

    @property
    def carer(self) -> tuple[int, int] | None:
        """Who he is to patients, and at which organisation: himself, or his principal, at the workplace."""
        person, post = self.acting.principal or self.facts, self.workplace
        if person is None or person.practitioner_id is None or post is None:
            return None
        return person.practitioner_id, post.organization_id

    def relied_on(self, permission: Permission, direction: str | None = None) -> Accredited | None:
        """The record of accreditation by which a clinical permission is held at the workplace, if it is by one.

        What takes a direction is held by a record of that direction.
        """
        person, post, row = self.acting.principal or self.facts, self.workplace, CLINICAL[permission]
        if person is None or post is None or not admitted(person, self.at):
            return None
        # Whoever leads a ward does so as a doctor.
        giving = {*row} | ({R.DOC} if R.SUP in row else set())
        if direction is None:
            giving -= {R.SPC}
        records = (one.record for one in counting(person, [post], self.at) if one.role in giving)
        return next((one for one in records if direction is None or direction in one.directions), None)

    @cached_property
    def records(self) -> tuple[int, ...]:
        """The records of accreditation that count at the workplace, his own or those of his principal."""
        person, post = self.acting.principal or self.facts, self.workplace
        if person is None or post is None or not admitted(person, self.at):
            return ()
        return tuple(dict.fromkeys(one.record.id for one in counting(person, [post], self.at)))

    @cached_property
    def signature(self) -> Signature:
        """For each permission whether it is held always, or under which rules, and whether facts are missing for it.

        Of the sets of the rules it says no more than which of them are the same.
        """
        verdicts = map(self.__getitem__, Permission)
        alike: dict[RuleSet, int] = {}
        return _signature(
            tuple(
                (
                    one.always,
                    one.names,
                    tuple(alike.setdefault(rule, len(alike)) for rule in one.rules),
                    one.lost is None,
                )
                for one in verdicts
            )
        )

    @cached_property
    def _everything(self) -> bool:
        return any(role.name is R.ALL for role in self.roles)

    def __getitem__(self, permission: str) -> Verdict:
        """The verdict for a permission; an unknown permission is refused."""
        found = self._verdicts.get(permission)
        if found is None:
            found = self._verdicts[permission] = self._verdict(permission)
        return found

    def held(self) -> list[tuple[Permission, tuple[Rule, ...]]]:
        """The permissions that the viewer holds at all, with the rules that must also hold."""
        found: list[tuple[Permission, tuple[Rule, ...]]] = []
        for permission in Permission:
            verdict = self[permission]
            if verdict.always:
                found.append((permission, (Rule.ALL,)))
            elif verdict.rules:
                found.append((permission, tuple(Rule(name) for name, _ in verdict.rules)))
        return found

    def _verdict(self, permission: str) -> Verdict:
        if self._everything:
            return EVERYTHING
        if permission not in POLICY:
            return NOTHING
        name = Permission(permission)
        reason = self._missing(name)
        found = self._sifted(self._ways(name), reason, self._lost(name))
        if name in CLINICAL and found.never and reason is ROLE and not found.locked and self._elsewhere(name):
            return replace(found, reason=WORKPLACE, idle=())
        if found.never and reason is ROLE and not found.locked and R.REM in POLICY[name] and self._accredited_here:
            return replace(found, reason=REMOTE_ACCREDITATION, idle=())
        # No object is his because nobody knows yet who he is, or where: that is what he is told.
        return found if reason in {ROLE, SIGN_IN} else replace(found, idle=())

    def _missing(self, permission: Permission) -> Reason:
        """Why no role gives a permission: what the viewer lacks to have one that does, as far as he can lack it."""
        if self._believed is None:
            return SIGN_IN
        found = self.barred
        if found is None and not OF_WORKERS.isdisjoint(POLICY[permission]):
            found = self.unlinked
        return found or ROLE

    @cached_property
    def barred(self) -> Reason | None:
        """Why the account has no role at all."""
        return None if self.facts is None else barred(self.facts, self.at)

    @cached_property
    def unlinked(self) -> Reason | None:
        """What the account lacks to be that of a worker with a post; nothing where it is in office."""
        facts = self.facts
        if facts is None or self.barred is not None or in_office(facts, self.at):
            return None
        return unlinked(facts, held_posts(facts, self.at), self.at)

    def _sifted(self, ways: Iterable[tuple[Clause, frozenset[Any]]], reason: Reason, lost: Reason | None) -> Verdict:
        """What several ways to a permission come to, as far as the second factor is not too old for them."""
        open_sets: dict[str, frozenset[Any]] = {}
        locked_sets: dict[tuple[str, int], frozenset[Any]] = {}
        for clause, values in ways:
            if clause.factor is not None and not self._shown(clause.factor):
                waiting = clause.rule, int(self.ages.of(clause.factor).total_seconds())
                locked_sets[waiting] = locked_sets.get(waiting, frozenset()) | values
            elif clause.rule is Rule.ALL:
                return EVERYTHING
            else:
                open_sets[clause.rule] = open_sets.get(clause.rule, frozenset()) | values
        given = {rule: values for (rule, _), values in locked_sets.items()}
        for rule, values in open_sets.items():
            given[rule] = given.get(rule, frozenset()) | values
        return Verdict(
            rules=tuple((rule, values) for rule, values in sorted(open_sets.items()) if values),
            locked=tuple(Locked(rule, values, age) for (rule, age), values in sorted(locked_sets.items()) if values),
            idle=tuple(rule for rule, values in sorted(given.items()) if not values),
            reason=reason,
            lost=lost,
            configured=self._configured,
        )

    @cached_property
    def _configured(self) -> bool:
        return self.facts is None or not self.facts.hindered_by(Hindrance.SECOND_FACTOR_NOT_CONFIGURED, self.at)

    def _ways(self, permission: Permission) -> Iterator[tuple[Clause, frozenset[Any]]]:
        row = POLICY[permission]
        yield from self.granted.ways(permission)
        if permission in CLINICAL:
            yield from self._clinical(row)
            return
        # Who has no role, for his account is not confirmed, still reads what everybody may.
        for role in self.roles or NOBODY:
            for clause in row.get(role.name, ()):
                if clause.rule is Rule.ADDRESSEE and self._believed is None:
                    continue  # nothing is addressed to nobody
                yield clause, self._set(clause.rule, role)

    def _clinical(self, row: Row) -> Iterator[tuple[Clause, frozenset[Any]]]:
        """Ways to a clinical permission: by office, and at the workplace, one's own or that of the principal."""
        for_another = self.acting.principal is not None
        working = [] if for_another else self._working
        for footing in (*self._offices, *working):
            for clause in row.get(footing.role, ()):
                if clause.rule is not Rule.BEHALF:
                    yield clause, footing.sets.get(clause.rule, _NONE)
        if for_another and any(clause.rule is Rule.BEHALF for clause in row.get(R.MIS, ())):
            for footing in self._working:
                for clause in row.get(footing.role, ()):
                    if clause.rule not in OF_HIMSELF:
                        yield Clause(clause.rule), footing.sets.get(clause.rule, _NONE)

    @cached_property
    def granted(self) -> Granted:
        """What is handed on to the viewer where he works; in the name of another nothing is."""
        facts, here = self._believed, None if self.workplace is None else self.workplace.organization_id
        if facts is None or not facts.grants or self.acting.principal is not None:
            return Granted((), here, (), self.at)
        places = {post.organization_id for post in self.posts}
        found = [one for one in facts.grants if one.in_force(self.at) and one.organization_id in places]
        return Granted(found, here, [footing.role for footing in self._working], self.at)

    def granted_by(self, permission: Permission) -> dict[Any, tuple[int, ...]]:
        """By what rows have in common with the viewer's grants, the grants that give a permission on these rows."""
        known = self._grants_by.get(permission)
        if known is None:
            known = self.granted.by(permission, lambda clause: clause.factor is None or self._shown(clause.factor))
            self._grants_by[permission] = known
        return known

    @cached_property
    def _grants_by(self) -> dict[Permission, dict[Any, tuple[int, ...]]]:
        return {}

    @cached_property
    def _offices(self) -> list[Footing]:
        return [] if self._believed is None else [*by_office(self._believed.subject, self.roles)]

    @cached_property
    def _working(self) -> list[Footing]:
        person = self.acting.principal or self.facts
        return [] if person is None or self._believed is None else at_work(person, self.workplace, self.at)

    def _elsewhere(self, permission: Permission) -> bool:
        """Whether a permission that is not held here would be at another of the workplaces."""
        others = [post for post in self.posts if post is not self.workplace]
        person = self.acting.principal or self.facts
        held = {footing.role for post in others if person for footing in at_work(person, post, self.at)}
        return any(role in held for role in POLICY[permission]) or self.granted.elsewhere(permission)

    @property
    def _accredited_here(self) -> bool:
        """Whether the viewer works on an accreditation that one for telemedicine could stand on, and on none such."""
        held = {footing.role for footing in self._working}
        return R.REM not in held and not held.isdisjoint({R.DOC, R.NUR, R.TMP})

    def _shown(self, age: Age) -> bool:
        facts = self._believed
        return facts is not None and facts.assurance.second_factor_within(age, self.at, self.ages)

    def _set(self, rule: Rule, role: Role) -> frozenset[Any]:
        facts = self._believed
        match rule:
            case Rule.ORG | Rule.SHARED | Rule.GIVEN | Rule.HOLDER | Rule.OFFICE:
                return role.organizations
            case Rule.UNIT:
                return role.units
            case Rule.TRAINEE:
                return role.trainees
            case Rule.ADDRESSEE if facts is not None:
                return frozenset({facts.subject})
            case Rule.OWN if facts is not None and facts.practitioner_id is not None:
                return frozenset({facts.practitioner_id})
            case Rule.BEHALF if self.acting.principal is not None:
                return frozenset({True})
            case Rule.CASE:
                return frozenset(case.practitioner_id for case in self._cases if case.practitioner_id is not None)
            case Rule.FILE:
                return frozenset(case.application_id for case in self._cases if case.application_id is not None)
            case Rule.ENCLOSED:
                return frozenset(key for case in self._cases for key in case.document_ids)
            case _:
                return _FOR_ALL.get(rule, _NONE)

    @property
    def _cases(self) -> Iterator[Case]:
        for case in self._believed.cases if self._believed else ():
            if case.opened_at <= self.at and (case.closed_at is None or self.at < case.closed_at):
                yield case

    def _lost(self, permission: Permission) -> Reason | None:
        """What to say instead of a refusal when facts are missing that might have given the permission."""
        principal = self.acting.principal
        missing = () if self.facts is None else self.facts.lost + (() if principal is None else principal.lost)
        if not missing or (self.facts is not None and self.facts.over):
            return None
        # Whom a row is addressed to, the token tells, and some role has everybody who is confirmed.
        resting = {role for role, held in POLICY[permission].items() if any(c.rule != Rule.ADDRESSEE for c in held)}
        for lost in missing:
            if lost.store == IDENTITY or RESTS_ON[lost.store] & resting:
                return Reason(lost.code, lost.store, lost.retryable)
        return None
