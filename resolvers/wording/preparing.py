"""What to do about what is needed to work (готовность к работе), in Russian and in English."""

from collections.abc import Mapping
from enum import StrEnum

from sources.postgres.ask import LANGUAGES


class Advice(StrEnum):
    """Something that somebody can do so that he may work."""

    CONFIRM_ACCOUNT = "CONFIRM_ACCOUNT"
    SHOW_SECOND_FACTOR = "SHOW_SECOND_FACTOR"
    BE_REGISTERED = "BE_REGISTERED"
    BE_EMPLOYED = "BE_EMPLOYED"
    APPLY = "APPLY"
    SUBMIT = "SUBMIT"
    ANSWER = "ANSWER"
    END_SUSPENSION = "END_SUSPENSION"
    SHOW_QUALIFICATION = "SHOW_QUALIFICATION"
    AGREE = "AGREE"


ADVICE: Mapping[Advice, tuple[str, str]] = {
    Advice.CONFIRM_ACCOUNT: (
        "Подтвердите учётную запись и войдите снова.",
        "Have your account confirmed and sign in again.",
    ),
    Advice.SHOW_SECOND_FACTOR: ("Войдите со вторым фактором.", "Sign in with a second factor."),
    Advice.BE_REGISTERED: (
        "Попросите кадровую службу внести вас и ваше место работы в реестр.",
        "Ask the personnel office to enter you and your employment in the register.",
    ),
    Advice.BE_EMPLOYED: (
        "Попросите кадровую службу внести ваше место работы в реестр.",
        "Ask the personnel office to enter your employment in the register.",
    ),
    Advice.APPLY: ("Подайте заявление об аккредитации.", "Apply for accreditation."),
    Advice.SUBMIT: (
        "Подайте заявление {number}: оно ещё в черновиках.",
        "Submit the application {number}: it is still a draft.",
    ),
    Advice.ANSWER: (
        "Ответьте на запрос уточнения по заявлению {number}.",
        "Answer what was asked about the application {number}.",
    ),
    Advice.END_SUSPENSION: (
        "Устраните причину, по которой приостановлена запись {record}, и обратитесь к регулятору.",
        "Put right what the record {record} was suspended for, and turn to the regulator.",
    ),
    Advice.SHOW_QUALIFICATION: (
        "Добавьте в документы диплом, удостоверение или справку о квалификации.",
        "Add a diploma, a certificate or a reference of qualification to your documents.",
    ),
    Advice.AGREE: (
        "Прочтите условия доступа, версия {version}, и подтвердите согласие с ними.",
        "Read the terms of access, version {version}, and confirm that you agree to them.",
    ),
}


def advised(advice: Advice, language: str, **values: object) -> str:
    """An advice in the language of its reader."""
    return ADVICE[advice][LANGUAGES.index(language)].format(**values)
