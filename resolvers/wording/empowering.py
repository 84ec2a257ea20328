"""The words of why access and functions are not handed on (замечания к назначениям и передаче доступа)."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode

C = ProblemCode
EMPOWERING: Mapping[ProblemCode, tuple[str, str]] = {
    C.ACCOUNT_MISSING: (
        "У этого человека ещё нет учётной записи: он не входил в кабинет.",
        "This person has no account yet: he has never signed in.",
    ),
    C.APPOINTED_NOT_EMPLOYED: (
        "Назначаемый не работает в этой организации.",
        "Whoever is appointed does not work in this organisation.",
    ),
    C.ALREADY_APPOINTED: (
        "Такое назначение уже есть или предложено.",
        "There is such an appointment, or a proposal of it, already.",
    ),
    C.FUNCTIONS_INCOMPATIBLE: (
        "Эту функцию нельзя совмещать с той, что уже есть или предложена: {function}.",
        "This function cannot be held together with one that is held or proposed already: {function}.",
    ),
    C.SECOND_PERSON_REQUIRED: (
        "Нужен другой человек: не тот, кто предложил, и не тот, о ком идёт речь.",
        "Somebody else has to do it: neither whoever proposed it, nor whom it is about.",
    ),
    C.LAST_OFFICER: (
        "Это последний назначающий: сначала назначьте другого.",
        "This is the last officer who appoints: appoint another first.",
    ),
    C.GRANT_TOO_WIDE: (
        "Передать можно только доступ, который есть у самого работника. Нет доступа к модулю: {module}.",
        "Only access that somebody has himself can be handed on. There is none to the module: {module}.",
    ),
    C.SELF_GRANT: ("Себе самому доступ не передают.", "Nobody is granted his own access."),
    C.TOO_MANY_GRANTS: (
        "В организации у работника может действовать не больше передач доступа, чем {most}.",
        "No more than {most} grants of one person can stand at an organisation.",
    ),
    C.NOT_ON_DUTY: (
        "Экстренно передать доступ заведующий может, пока у него идёт смена в этой организации.",
        "In an emergency whoever leads a department hands access on while he is on shift there.",
    ),
    C.OPENED_BY_YOURSELF: (
        "Это делает другой: не тот, кто открыл доступ.",
        "Somebody else has to do it: not whoever opened the access.",
    ),
}
