"""A made-up laboratory, and a payroll that rests on it: what they give on objects of ours, and who reads it."""

from typing import Any

from tests.gateway.joined.services import LINK, Made

LINES = """
[lab]
url = "{url}"
schema = "mis.graphql"
deadline = 30
gives = ["Practitioner.snils", "Practitioner.registryNumber"]
[lab.reads]
"Query.benches" = "public"
"Query.staffed" = "public"
"Bench.id" = "inherits"
"Bench.who" = "inherits"
"Bench.samples" = "inherits"
"Bench.label" = "inherits"
"Practitioner.samples" = "practitioner:contact:read"
"Practitioner.badge" = "public"
"Practitioner.quota" = "public"
"Practitioner.file" = "practitioner:identity:read"
"Practitioner.tools" = "public"
"Tool.*" = "inherits"
"Tool.secret" = "support:ticket:answer"
[lab.cost]
"Practitioner.samples" = 7
[pay]
url = "PAY"
schema = "pay.graphql"
deadline = 30
gives = ["Practitioner.samples"]
[pay.reads]
"Practitioner.bonus" = "public"
"""
PAY = (
    LINK
    + """
type Query { month: Int }
type Practitioner @key(fields: "id") {
  id: ID!
  samples: Int @external
  bonus: String @requires(fields: "samples")
}
"""
)
SDL = (
    LINK
    + """
scalar Snils
type Query { benches: [Bench!] staffed: [Staffed!] }
interface Staffed { samples: Int }
type Bench implements Staffed @key(fields: "id") {
  id: ID!
  samples: Int
  label: String
  who: Practitioner
  hidden: String!
}
type Practitioner implements Staffed @key(fields: "id") {
  id: ID!
  samples: Int
  snils: Snils @external
  registryNumber: String! @external
  badge: String @requires(fields: "registryNumber")
  quota: String @requires(fields: "snils")
  file: Int
  tools: [Tool!]!
}
type Tool { name: String! secret: String! }
"""
)


def bench(number: int) -> dict[str, Any]:
    return {"__typename": "Bench", "id": f"b{number}", "who": {"__typename": "Practitioner", "id": f"prac_{number}"}}


def made() -> Made:
    people = [{"__typename": "Practitioner", "id": f"prac_{number}"} for number in (1, 2, 11)]
    return Made(
        SDL,
        {
            "Query.benches": lambda *_: [bench(1), bench(2)],
            "Query.staffed": lambda *_: [bench(1), *people],
            "Bench.samples": lambda *_: 100,
            "Bench.label": lambda *_: "bench",
            "Bench.hidden": lambda *_: "hidden",
            "Practitioner.samples": lambda one, _: int(one["id"].partition("_")[2]),
            "Practitioner.badge": lambda one, _: f"badge {one['registryNumber']}",
            "Practitioner.quota": lambda one, _: f"quota {one['snils']}",
            "Practitioner.file": lambda *_: 1,
            "Practitioner.tools": lambda *_: [{"name": "loupe", "secret": "x"}],
        },
        "Practitioner | Bench",
    )
