"""The cast: people and accounts that every world has, by the names used in the demo, the tests and the bench."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAIN_HOSPITAL = 1
OTHER_HOSPITAL = 2


@dataclass(frozen=True, slots=True)
class Persona:
    """One member of the cast; `subject` is what the token names, `practitioner_id` the row in the registry, if any."""

    name: str
    subject: str
    title_en: str
    title_ru: str
    practitioner_id: int | None


_PERSONAS = (
    Persona("therapist", "1000000001", "therapist, accredited", "терапевт, аккредитован", 1),
    Persona("surgeon", "1000000002", "surgeon, accredited, with surgery", "хирург, аккредитован, с хирургией", 2),
    Persona("nurse", "1000000003", "ward nurse, accredited", "палатная медсестра, аккредитована", 3),
    Persona("intern", "1000000004", "trainee under supervision", "стажёр под наблюдением", 4),
    Persona("telemedic", "1000000005", "family doctor with telemedicine", "врач общей практики с телемедициной", 5),
    Persona("newcomer", "1000000006", "signed in, not in the registry", "вошёл, в реестре нет", None),
    Persona("applicant", "1000000007", "employed, application under check", "работает, заявление на проверке", 6),
    Persona("lapsed", "1000000008", "accreditation ended yesterday", "аккредитация закончилась вчера", 7),
    Persona("suspended", "1000000009", "accreditation suspended", "аккредитация приостановлена", 8),
    Persona("registrar", "1000000010", "personnel officer of the main hospital", "кадровик главной больницы", 9),
    Persona("head", "1000000011", "chief doctor of the main hospital", "главный врач главной больницы", 10),
    Persona("supervisor", "1000000012", "head of the therapy department", "заведующий терапией", 11),
    Persona("expert", "1000000013", "expert of the accreditation commission", "эксперт комиссии", None),
    Persona("regulator", "1000000014", "officer of the regulator", "сотрудник регулятора", None),
    Persona("insurer", "1000000015", "officer of an insurer", "сотрудник страховщика", None),
    Persona("patient", "1000000016", "patient", "пациент", None),
    Persona("support", "1000000017", "support operator", "оператор поддержки", None),
    Persona("auditor", "1000000018", "security auditor", "аудитор безопасности", None),
    Persona("mis", "mis-1", "service account of the main hospital", "система главной больницы", None),
    Persona("stranger", "1000000019", "doctor of another hospital", "врач другой больницы", 12),
    Persona("desk", "1000000020", "registration desk of the main hospital", "регистратура главной больницы", 13),
    Persona("appointer", "1000000021", "officer who appoints", "назначающий", None),
    Persona("coappointer", "1000000022", "another officer who appoints", "другой назначающий", None),
    Persona("cosupport", "1000000023", "another support operator", "другой оператор поддержки", None),
    Persona("census", "census-0001", "every permission, for measuring", "все права, для измерений", None),
)

CAST: Mapping[str, Persona] = MappingProxyType({persona.name: persona for persona in _PERSONAS})


def census_subject(number: int) -> str:
    """The subject of one of the accounts that may read everything; numbers begin with 1."""
    return f"census-{number:04d}"
