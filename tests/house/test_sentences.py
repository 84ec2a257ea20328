"""Whatever the program tells people of errors, it can say in Russian."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.roles import roles
from engine.errors import Code
from resolvers.wording import said
from resolvers.wording.sentences import OF_CODES, SENTENCES
from tests.auth.facts import CALM, INSTANTS, facts
from tests.house import tree

# Who raises errors, and what the texts are called that stand apart from the call.
RAISING = {"Fault", "BadArgument", "Refused", "BodyRefused", "_unparsed", "refusal"}
NAMES = {"text", "message", "where"}
FLOORS = ("engine/", "gateway/", "resolvers/", "schema/")
SENTENCE = re.compile(r"[A-Z].* .*[.]|(expected|give) .*", re.DOTALL)
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@cache
def constants() -> dict[str, list[str]]:
    """The texts that have a name of their own in some module."""
    found: dict[str, list[str]] = {}
    for path in tree.files(".py"):
        for node in ast.parse(tree.text(path)).body if tree.name(path).startswith((*FLOORS, "auth/")) else ():
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)))
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)))
                ):
                    found.setdefault(name, []).append(text)
    return found


def texts(node: ast.AST | None) -> Iterator[str]:
    """The texts that an expression can come to; what is put into one is a hole."""
    match node:
        case ast.Name(id=name) if name.isupper():
            yield from constants().get(name, ())
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)
        case ast.Tuple(elts=several):
            for one in several:
                yield from texts(one)


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that can become the message of an error, and where it stands."""
    for path in tree.files(".py"):
        place = tree.name(path)
        if not place.startswith(FLOORS) or place.startswith(("gateway/cli", "resolvers/wording")):
            continue
        module = ast.parse(tree.text(path))
        for node in ast.walk(module):
            match node:
                case ast.Call(func=ast.Name(id=name), args=given) if name in RAISING:
                    found = [text for one in given for text in texts(one)]
                case ast.Assign(targets=targets, value=value) if _names(targets) & NAMES:
                    found = [*texts(value)]
                case ast.Dict(keys=keys, values=values):
                    pairs = zip(keys, values, strict=True)
                    found = [t for key, value in pairs if [*texts(key)] == ["message"] for t in texts(value)]
                case _:
                    continue
            yield from ((f"{place}:{node.lineno}", text) for text in found if SENTENCE.fullmatch(text))


def _names(targets: list[ast.expr]) -> set[str]:
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def known(text: str) -> bool:
    """Whether a sentence with holes is one of those that are said in Russian too."""
    if text.startswith(("expected", "give")):
        text = f"The argument '\0' is not valid: {text}."
    if text in SENTENCES:
        return True
    # A hole, a number and what is quoted are the same to the table: whatever differs.
    wanted = re.sub(r"'[^']*'", "'{}'", text)
    wanted = re.sub(r"(?<![\w-])\d+", "{}", wanted)
    pattern = ".+".join(map(re.escape, wanted.split("\0")))
    return any(re.fullmatch(pattern, one) for one in SENTENCES)


def test_every_sentence_is_said_in_russian() -> None:
    found = [*sentences()]
    assert len({place.partition(":")[0] for place, _ in found}) > 20
    assert [(place, text) for place, text in found if not known(text)] == []


def test_every_code_is_said_in_russian() -> None:
    assert {code.value for code in Code} - set(OF_CODES) == set()
    for text in (*OF_CODES.values(), *SENTENCES.values()):
        assert CYRILLIC.search(text)
        assert text.isprintable()


@pytest.mark.parametrize("english", SENTENCES)
def test_a_sentence_says_in_both_languages_what_differs(english: str) -> None:
    russian = SENTENCES[english]
    holes = {int(number) for number in re.findall(r"{(\d)}", russian)}
    assert holes == set(range(english.count("{}")))


def test_names_of_fields_are_translated_and_bounds_are_kept() -> None:
    english = "The argument 'filter.bornTo' is not valid: expected a day not before 'bornFrom'."
    assert said(english, "en") == english
    assert said(english, "ru") == (
        "Не подходит значение поля «дата рождения, по»: ожидается день не раньше, чем «дата рождения, с»."
    )
    assert said("The argument 'first' is not valid: expected at most 100.", "ru") == (
        "Не подходит значение поля «сколько с начала»: ожидается не больше 100."
    )


def test_what_only_the_validator_says_stands_after_what_its_code_means() -> None:
    english = "Cannot query field 'x' on type 'Query'."
    assert said(english, "ru", "GRAPHQL_VALIDATION_FAILED") == f"Документ запроса не соответствует схеме. {english}"


@CALM
@given(facts() | st.none(), INSTANTS)
def test_the_grounds_of_every_role_are_said_in_russian_with_the_same_ids(some: object, at: object) -> None:
    for role in roles(some, at, demo=True):  # type: ignore[arg-type]
        russian = said(role.because, "ru")
        assert not re.search(r"[A-Za-z]", re.sub(r"\b[a-z]+_\d+", "", russian)), role.because
        assert re.findall(r"[a-z]+_\d+", russian) == re.findall(r"[a-z]+_\d+", role.because)
