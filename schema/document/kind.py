"""What is asked of each kind of document, as the graph shows it."""

from engine.declare import public, shows
from resolvers.document.asked import KindCodeView, KindView
from resolvers.rules.document_kind import Asked, DocumentClass, DocumentKind, DocumentOwner
from schema.enums import enum

enum(
    Asked,
    "Whether something is said of a document.",
    name="DocumentDetail",
    NEEDED="It has to be said (обязательно).",
    OPTIONAL="It may be said (по желанию).",
    NONE="No document of this kind has it (не указывается).",
)
enum(
    DocumentOwner,
    "Whose a document of a kind may be.",
    PERSON="A worker's (работник).",
    ORGANIZATION="An institution's (организация).",
    PATIENT="About a patient whom the worker treats (о пациенте).",
)
enum(
    DocumentClass,
    "How sensitive a document of a kind is (категория сведений).",
    IDENTIFIERS="It identifies a person: others than he see it with a second factor alone (идентификаторы).",
    PROFESSIONAL="It says what somebody learnt or did (профессиональные сведения).",
    CLINICAL="It says something of a patient (врачебная тайна).",
)


@shows(KindCodeView)
class DocumentKindCode:
    """A code of a book of the ministry (код справочника НСИ)."""

    book: str = public("Object identifier of the book.")
    code: str = public("Code.")
    edition: int | None = public("Number of the edition of an electronic medical document; null for others (редакция).")


@shows(KindView)
class DocumentKindRules:
    """What is asked of documents of a kind (требования к виду документа)."""

    kind: DocumentKind = public("The kind.")
    title: str = public("What it is called, in the language of Accept-Language.")
    version: str = public("Version of the rules.")
    owners: list[DocumentOwner] = public("Whose it may be.")
    sensitivity: DocumentClass = public("How sensitive it is.")
    put_in: bool = public("Whether people put it in; else the cabinet makes it.")
    media_types: list[str] = public("Media types that are taken.")
    most_bytes: int = public("How large a file may be, in bytes.")
    most_pages: int = public("How many pages it may have.")
    least_dpi: int | None = public("Lowest resolution of a scanned page, in dots per inch; null where none is asked.")
    code: DocumentKindCode | None = public("Its code in a book of the ministry, where it has one.")
    number: Asked = public("Whether its number is said.")
    issuer: Asked = public("Whether it is said who issued it.")
    issued_on: Asked = public("Whether its day of issue is said.")
    expires_on: Asked = public("Whether its last day is said.")
    good_months: int | None = public("For how many months after its issue it counts; null without such a term.")
    stamp: bool = public("Whether it has a stamp and a signature by hand, which somebody looks at.")
    signed: bool = public("Whether it counts for nothing without electronic signatures.")
