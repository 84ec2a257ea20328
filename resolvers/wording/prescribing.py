"""The words of what keeps medicines from being prescribed, or dispensed (замечания к рецептам)."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode

C = ProblemCode
PRESCRIBING: Mapping[ProblemCode, tuple[str, str]] = {
    C.TOO_MANY_MEDICINES: (
        "На бланке {form} выписывают не больше препаратов: {most}.",
        "The form {form} takes no more medicines than {most}.",
    ),
    C.FORM_NOT_FITTING: (
        "Так на бланке {form} не выписывают.",
        "This is not prescribed so on the form {form}.",
    ),
    C.DOSE_TOO_GREAT: (
        "Доза больше высшей: {most} {unit}; если так и нужно, отметьте превышение.",
        "The dose is greater than the greatest one: {most} {unit}; say so if that is meant.",
    ),
    C.POST_NOT_PERMITTED: (
        "В реестре нет права выписывать такие препараты на этом месте работы.",
        "The register does not say that such medicines are prescribed in this post.",
    ),
    C.GRANT_MISSING: (
        "Организация не передала доступ к назначениям этих препаратов: {control}.",
        "The organisation has not given access to prescriptions of such medicines: {control}.",
    ),
    C.PREFERENTIAL_PERIOD_MISSING: (
        "В личной карточке нет действующего периода для льготных рецептов.",
        "The card has no period for preferential prescriptions in force.",
    ),
    C.PRESCRIPTION_NOT_IN_FORCE: (
        "По этому рецепту нельзя отпустить: он аннулирован или его срок истёк.",
        "Nothing is dispensed by this prescription: it was annulled, or its term is over.",
    ),
}
