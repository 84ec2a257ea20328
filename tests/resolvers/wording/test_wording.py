import re
from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest
from graphql import get_named_type, is_input_object_type

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.application.course import Step
from resolvers.rules import procedure
from resolvers.telling.texts import TEMPLATES, word
from resolvers.wording import message
from resolvers.wording.preparing import ADVICE, Advice
from resolvers.wording.problems import MESSAGES
from resolvers.wording.words import WORDS
from schema.built import graph
from sources.postgres.ask import LANGUAGES
from tests.resolvers.application.applying import AT, KINDS, PERMANENT

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_every_code_has_words_in_both_languages() -> None:
    assert set(MESSAGES) == set(ProblemCode)
    for words in (*MESSAGES.values(), *WORDS.values()):
        russian, english = words
        assert CYRILLIC.search(russian) or russian == "OID"
        assert english in {"СНИЛС", "ИНН", "ОГРН", "ЕНП"} or not CYRILLIC.search(english)


@pytest.mark.parametrize("advice", Advice)
def test_every_advice_has_words_in_both_languages(advice: Advice) -> None:
    russian, english = ADVICE[advice]
    assert CYRILLIC.search(russian)
    assert not CYRILLIC.search(english)
    told = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (russian, english)]
    assert told[0] == told[1]


@pytest.mark.parametrize("code", ProblemCode)
def test_both_languages_tell_the_same_values(code: ProblemCode) -> None:
    russian, english = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in MESSAGES[code])
    assert russian == english


def test_every_slot_consent_direction_and_step_has_words() -> None:
    rules = [procedure(kind, AT) for kind in KINDS]
    slots = {slot.name for one in rules for slot in one.slots}
    named = {name for one in rules for name in (*one.consents, *one.directions)}
    assert (slots | named | {step.value for step in Step}) - set(WORDS) == set()


def test_every_field_of_an_act_has_a_name_in_both_languages() -> None:
    kinds: Any = graph().core.type_map
    names, waiting = set[str](), [kinds["Mutation"]]
    for kind in waiting:
        for name, field in kind.fields.items():
            inner = [argument.type for argument in getattr(field, "args", {}).values()] or [field.type]
            waiting += [one for one in map(get_named_type, inner) if is_input_object_type(one) and one not in waiting]
            if is_input_object_type(kind):
                names.add(name)
    assert {"what", "reasons", "leadDays", "licenceNumber"} <= names
    assert names - set(WORDS) == set()


# The description of a thing in the schema, and where else it is named to people: it has one Russian word there.
NAMED: dict[str, Callable[[str], str]] = {
    "ApplicationStage": lambda code: word("stage", code, "ru"),
    "AccreditationKind": lambda code: word("kind", code, "ru"),
    "DocumentKind": lambda code: word("paper", code, "ru"),
    "DocumentCheckCode": lambda code: word("fault", code, "ru"),
    "Direction": lambda code: WORDS[code][0],
    "ConsentKind": lambda code: WORDS[code][0],
}
# What is done, and what has become of it: the act, its step, the messages that tell of it.
DONE = {
    "Mutation.submitApplication": ["SUBMIT"],
    "Mutation.claimApplication": ["CLAIM"],
    "Mutation.releaseApplication": ["RELEASE"],
    "Mutation.requestClarification": ["REQUEST_CLARIFICATION"],
    "Mutation.answerClarification": ["CLARIFY"],
    "Mutation.advanceApplication": ["ADVANCE"],
    "Mutation.approveApplication": ["APPROVE"],
    "Mutation.rejectApplication": ["REJECT"],
    "Mutation.withdrawApplication": ["WITHDRAW"],
    "Mutation.suspendAccreditation": ["SUSPEND"],
    "Mutation.reinstateAccreditation": ["REINSTATE"],
    "Mutation.revokeAccreditation": ["REVOKE"],
    "Mutation.requestRecheck": ["RECHECK"],
    "AccreditationStatus.SUSPENDED": ["accreditation_suspended", "staff_suspended"],
    "AccreditationStatus.REVOKED": ["accreditation_revoked", "staff_revoked"],
    "ApplicationOutcome.REJECTED": ["decision_rejected", "staff_rejected", "application_lapsed", "officer_lapsed"],
    "ApplicationOutcome.WITHDRAWN": ["application_withdrawn"],
    "ApplicationStep.ADVANCED": ["application_advanced"],
    "ServiceNotice": ["maintenance_coming", "maintenance_hours"],
}
TERM = re.compile(r"[(]([^()]*[а-яё][^()]*)[)]", re.IGNORECASE)
LETTERS_OF_A_STEM = 5


def term(description: str | None) -> str | None:
    """The Russian word at the end of a description, if it has one."""
    found = TERM.findall(description or "")
    return found[-1] if found else None


def says(text: str, wanted: str) -> bool:
    """Whether a text has the words of a term, whatever their endings."""
    return all(
        re.search(rf"\b{word[:LETTERS_OF_A_STEM]}", text, re.IGNORECASE) for word in wanted.split() if len(word) > 2
    )


@pytest.mark.parametrize("kind", NAMED)
def test_a_thing_has_one_word_in_the_schema_and_in_texts(kind: str) -> None:
    values: Any = graph().core.type_map[kind]
    named = {code: found for code, one in values.values.items() if (found := term(one.description)) is not None}
    assert named
    assert {code: NAMED[kind](code) for code, wanted in named.items() if not says(NAMED[kind](code), wanted)} == {}


@pytest.mark.parametrize("coordinate", DONE)
def test_what_is_done_has_one_word_in_the_schema_and_in_texts(coordinate: str) -> None:
    owner, _, name = coordinate.partition(".")
    kind: Any = graph().core.type_map[owner]
    members = getattr(kind, "fields", {}) | getattr(kind, "values", {})
    wanted = term((members[name] if name else kind).description)
    assert wanted is not None
    for one in DONE[coordinate]:
        text = WORDS[one][0] if one in WORDS else " ".join(TEMPLATES[one]["ru"].values())
        assert says(text, wanted), one


def test_one_word_of_the_schema_is_not_two_things() -> None:
    states: Any = graph().core.type_map["AccreditationStatus"]
    filed: Any = graph().core.type_map["FilingStatus"]
    assert term(states.values["UNDER_REVIEW"].description) != term(filed.values["UNDER_WAY"].description)


@pytest.mark.parametrize(
    ("problem", "russian", "english"),
    [
        (
            Problem(ProblemCode.DOCUMENT_MISSING, ("documents", "EXPERIENCE"), {"slot": "EXPERIENCE"}),
            "Приложите документ: отчёт о профессиональной деятельности или сведения о стаже.",
            "Enclose a document: report on professional activity, or on length of service.",
        ),
        (
            Problem(ProblemCode.TERM_OUT_OF_RANGE, ("days",), {"least": 30, "most": 90}),
            "Срок должен быть от 30 до 90 дней.",
            "The length must be from 30 to 90 days.",
        ),
        (
            Problem(ProblemCode.RENEWAL_TOO_EARLY, ("specialtyCode",), {"opensOn": "2028-12-21"}),
            "Следующее заявление можно подать с 21.12.2028.",
            "The next application can be made from 2028-12-21.",
        ),
        (
            Problem(ProblemCode.ILLEGAL_TRANSITION, (), {"possible": "CLAIM, WITHDRAW"}),
            "Сейчас этого сделать нельзя. Вы можете: взять в работу, отозвать.",
            "This cannot be done now. You can: claim, take back.",
        ),
        (
            Problem(ProblemCode.ILLEGAL_TRANSITION, (), {"possible": ""}),
            "Сейчас этого сделать нельзя, и других шагов для вас сейчас нет.",
            "This cannot be done now, and there is no other step for you now.",
        ),
        (
            Problem(ProblemCode.CONFLICT, ("expectedVersion",), {"version": 7}),
            "Заявление изменилось с тех пор, как вы его прочли; теперь его версия 7.",
            "The application has changed since you read it; its version is 7 now.",
        ),
        (
            Problem(ProblemCode.CONFLICT, ("expectedVersion",), {"version": 7, "object": "RECORD"}),
            "Запись об аккредитации изменилась с тех пор, как вы её прочли; теперь её версия 7.",
            "The record has changed since you read it; its version is 7 now.",
        ),
        (
            Problem(ProblemCode.DOCUMENT_UNKNOWN, ("documents", "0", "ids", "0"), {"slot": "PASSPORT"}),
            "Среди ваших документов такого нет; место для него: документ, удостоверяющий личность.",
            "There is no such document among yours; its place: identity document.",
        ),
        (
            Problem(ProblemCode.DOCUMENT_UNKNOWN, ("documents", "0", "ids", "0"), {"slot": "whatever_was_typed"}),
            "Среди ваших документов такого нет.",
            "There is no such document among yours.",
        ),
        (
            Problem(ProblemCode.FIELD_REQUIRED, ("text",), {"field": "text"}),
            "Не заполнено поле: текст.",
            "This field is required: text.",
        ),
        (
            Problem(ProblemCode.FIELD_TOO_LONG, ("what",), {"field": "what", "most": 4000}),
            "Слишком длинный текст: что уточнить; можно до 4000 знаков.",
            "This text is too long: what has to be clarified; up to 4000 characters are taken.",
        ),
    ],
)
def test_messages_read_well(problem: Problem, russian: str, english: str) -> None:
    assert message(problem, "ru") == russian
    assert message(problem, "en") == english
    assert message(problem, "fr") == russian


@pytest.mark.parametrize("code", ProblemCode)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_that_nobody_gave_leaves_a_dash_and_no_brace(code: ProblemCode, language: str) -> None:
    assert not re.search("[{}]", message(Problem(code), language))


def test_what_somebody_wrote_is_never_repeated_to_him() -> None:
    secret = "Иванов {0} 112-233-445 95"
    wrong = PERMANENT.but(
        specialty_code=secret, phone=secret, email=secret, licence_number=secret, consents={"PERSONAL_DATA": secret},
    )  # fmt: skip
    problems = wrong.lacks()
    assert len(problems) == 6
    for problem in problems:
        assert secret not in (*problem.path, *map(str, problem.values.values()))
        assert "Иванов" not in message(problem, "ru")
