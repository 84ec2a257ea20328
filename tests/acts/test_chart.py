"""The README's story of a suspension: the same query by the same doctor before and after it."""

import json
import re
from itertools import pairwise

from tests.acts.office import Office
from tests.house import pages

STEP = re.compile(r"# (?:before|then|after), as (\w+)\n")


async def test_the_story_of_a_suspension_is_as_the_readme_tells_it(office: Office) -> None:
    blocks = pages.blocks("README.md")
    steps = [(STEP.match(one.text), one.text, then) for one, then in pairwise(blocks)]
    told = [(found[1], text, json.loads(then.text)) for found, text, then in steps if found]
    assert [persona for persona, _, _ in told] == ["therapist", "regulator", "therapist"]
    assert told[0][1].partition("\n")[2] == told[2][1].partition("\n")[2]
    for persona, text, wanted in told:
        answer = await office.ask(persona, text)
        assert {key: value for key, value in answer.body.items() if key != "extensions"} == wanted, text
