"""Mutations made up by chance: acts that mean something in a situation, and all that can be selected of payloads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from graphql import GraphQLSchema, get_named_type, parse

from tests.acts.office import TERMS, complete, paper
from tests.acts.situations import Situation
from tests.authorization.asking import Arguments, Walk
from tests.authorization.filtering import quoted
from tests.authorization.syntax import Asked
from tests.authorization.world import World

PERSONAS = (
    "applicant", "surgeon", "intern", "lapsed", "head", "stranger", "expert", "regulator", "registrar", "support",
    "anonymous",
)  # fmt: skip
OWNERS = {
    "draft": "applicant", "lacking": "surgeon", "waiting": "stranger", "claimed": "intern", "approved of": "lapsed",
}  # fmt: skip
MOST_FIELDS = 22
Made = tuple[str, str]  # who does it, and the input


@dataclass
class Chances:
    """Chooses acts, their inputs and what is selected."""

    schema: GraphQLSchema
    world: World
    situation: Situation
    random: Random

    def mutation(self) -> tuple[Asked, str]:
        """One act or two, and who tries."""
        name = self.random.choice(list(self._inputs))
        persona, given = self._inputs[name]()
        fields = [self._field(name, given, 0)]
        if self.random.random() < 0.4:
            mine = [one for one, make in self._inputs.items() if make()[0] == persona]
            other = self.random.choice(mine if mine and self.random.random() < 0.7 else list(self._inputs))
            fields.append(self._field(other, self._inputs[other]()[1], 1))
        if self.random.random() < 0.3:
            persona = self.random.choice(PERSONAS)
        return Asked(parse(f"mutation {{ {' '.join(fields)} }}", no_location=True)), persona

    def _field(self, name: str, given: str, number: int) -> str:
        root: Any = self.schema.mutation_type
        payload: Any = get_named_type(root.fields[name].type)
        walk = Walk(self.schema, self.random, Arguments(self.world, self.random), MOST_FIELDS)
        selection = walk.selections(payload, 1)
        problems = "problems { code path message currentVersion possible }"
        return f"a{number}: {name}(input: {{{given}}}) {{ {selection} {problems} }}"

    @cached_property
    def _inputs(self) -> Mapping[str, Callable[[], Made]]:
        return {
            "createApplication": self._new,
            "updateApplication": lambda: self._of("draft", "lacking", more="days: 30"),
            "discardApplication": lambda: self._of("draft", "lacking", "waiting"),
            "validateApplication": lambda: self._of("draft", "lacking", "waiting", versioned=False),
            "submitApplication": lambda: self._of("draft", "draft", "lacking", "waiting"),
            "withdrawApplication": lambda: self._of("claimed", "approved of", "waiting"),
            "answerClarification": lambda: self._of("claimed", more='text: "so"'),
            "resubmitApplication": lambda: self._of("waiting", versioned=False),
            "claimApplication": lambda: self._of("waiting", "waiting", "claimed", by="expert", versioned=False),
            "releaseApplication": lambda: self._of("claimed", "approved of", by="expert", versioned=False),
            "requestClarification": lambda: self._of("claimed", by="expert", more='what: "a copy"'),
            "advanceApplication": lambda: self._of("claimed", "approved of", "waiting", by="expert"),
            "approveApplication": lambda: self._of("approved of", "approved of", "claimed", by="expert"),
            "rejectApplication": lambda: self._of("approved of", "claimed", by="expert", more='reasons: ["why"]'),
            "commentApplication": self._remark,
            "suspendAccreditation": self._record,
            "reinstateAccreditation": self._record,
            "revokeAccreditation": self._record,
            "requestRecheck": self._record,
            "confirmAccessTerms": lambda: (self._worker(), self._terms()),
            "withdrawAccessTerms": lambda: (self._worker(), 'idempotencyKey: "w"'),
        }

    def _worker(self) -> str:
        return self.random.choice(("applicant", "surgeon", "intern", "stranger"))

    def _terms(self) -> str:
        return f"version: {quoted(TERMS if self.random.random() < 0.9 else '2022.1')}"

    def _new(self) -> Made:
        persona = self.random.choice(("applicant", "stranger", "surgeon"))
        slot = f'documents: [{{slot: "PASSPORT", ids: [{quoted(paper(persona, "PASSPORT"))}]}}]'
        place = quoted(complete(persona)["organizationId"])
        return persona, f"kind: PERMANENT, organizationId: {place}, {slot}"

    def _of(self, *cases: str, by: str | None = None, versioned: bool = True, more: str = "") -> Made:
        case = self.random.choice(cases)
        key, version = self.situation.cases[case]
        if self.random.random() < 0.08:
            key = "app_99999999"
        parts = [f"id: {quoted(key)}", *([more] if more else [])]
        if versioned:
            parts.append(f"expectedVersion: {version + (self.random.random() < 0.15)}")
        if self.random.random() < 0.3:
            parts.append(f'idempotencyKey: "{self.random.choice("kl")}"')
        return by or OWNERS[case], ", ".join(parts)

    def _remark(self) -> Made:
        audience = self.random.choice(("APPLICANT", "INTERNAL"))
        return self._of("claimed", by="expert", versioned=False, more=f'text: "so", audience: {audience}')

    def _record(self) -> Made:
        key, version = self.random.choice(self.situation.records)
        return "regulator", f'id: {quoted(key)}, expectedVersion: {version}, reason: "why"'
