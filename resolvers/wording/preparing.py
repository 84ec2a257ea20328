"""What to do about what is needed to work (готовность к работе), in Russian and in English."""

from collections.abc import Mapping
from enum import StrEnum

from sources.postgres.ask import LANGUAGES


class Advice(StrEnum):
    """Something that somebody can do so that he may work."""

    CONFIRM_ACCOUNT = "CONFIRM_ACCOUNT"
    BE_UNLOCKED = "BE_UNLOCKED"
    SHOW_SECOND_FACTOR = "SHOW_SECOND_FACTOR"
    HAVE_SECOND_FACTOR = "HAVE_SECOND_FACTOR"
    BE_REGISTERED = "BE_REGISTERED"
    BE_EMPLOYED = "BE_EMPLOYED"
    APPLY = "APPLY"
    SUBMIT = "SUBMIT"
    ANSWER = "ANSWER"
    END_SUSPENSION = "END_SUSPENSION"
    SHOW_QUALIFICATION = "SHOW_QUALIFICATION"
    AGREE = "AGREE"
    PROVE_CONTACTS = "PROVE_CONTACTS"


ADVICE: Mapping[Advice, tuple[str, str]] = {
    Advice.CONFIRM_ACCOUNT: (
        "Подтвердите учётную запись и войдите снова.",
        "Have your account confirmed and sign in again.",
    ),
    Advice.SHOW_SECOND_FACTOR: ("Войдите со вторым фактором.", "Sign in with a second factor."),
    Advice.HAVE_SECOND_FACTOR: (
        "Подключите второй фактор в своей учётной записи и войдите снова.",
        "Set up a second factor for your account and sign in again.",
    ),
    Advice.BE_UNLOCKED: (
        "Учётная запись заблокирована. Обратитесь в службу поддержки.",
        "The account is locked. Turn to the support.",
    ),
    Advice.BE_REGISTERED: (
        "Попросите внести вас в реестр медицинских работников.",
        "Ask to be entered in the register of medical workers.",
    ),
    Advice.BE_EMPLOYED: (
        "Попросите кадровую службу подтвердить ваше место работы.",
        "Ask the personnel office to confirm your employment.",
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
    Advice.PROVE_CONTACTS: (
        "Укажите адрес электронной почты и подтвердите его кодом.",
        "Name an e-mail address and confirm it by a code.",
    ),
}


def advised(advice: Advice, language: str, **values: object) -> str:
    """An advice in the language of its reader."""
    return ADVICE[advice][LANGUAGES.index(language)].format(**values)
