"""What is asked of documents of each kind, as a form shows it: the rules in the words of its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.batch import many
from resolvers.context import Context
from resolvers.rules import document_kinds, document_rules
from resolvers.rules.document_kind import DocumentKind, KindRules
from sources.postgres.ask import Ask, midnight


@dataclass(frozen=True, slots=True)
class KindCodeView:
    """A code of a book of the ministry."""

    book: str
    code: str
    edition: int | None


@dataclass(frozen=True, slots=True)
class KindView:
    """What holds of one kind, in the language of its reader; the size is in bytes, the term in months."""

    kind: str
    title: str
    version: str
    owners: list[str]
    sensitivity: str
    put_in: bool
    media_types: list[str]
    most_bytes: int
    most_pages: int
    least_dpi: int | None
    code: KindCodeView | None
    number: str
    issuer: str
    issued_on: str
    expires_on: str
    good_months: int | None
    stamp: bool
    signed: bool


@many(None, KindView)
async def kinds(
    context: Context, keys: Sequence[None], ask: Ask, *, kind: DocumentKind | None = None
) -> dict[None, list[KindView]]:
    """What is asked of each kind at the operation's instant, or of one of them."""
    rules = document_kinds(ask.at)
    wanted = DocumentKind if kind is None else (kind,)
    return {None: [_in_words(rules.kinds[one], rules.version, ask.language) for one in wanted]}


def code_on(kind: str, issued_on: date | None, created_at: datetime) -> KindCodeView | None:
    """The code of a document in a book of the ministry, in the edition that was in force when it was issued."""
    return _code(document_rules(kind, created_at if issued_on is None else midnight(issued_on)))


def _code(of: KindRules) -> KindCodeView | None:
    return None if of.code is None else KindCodeView(of.code.book, of.code.code, of.code.edition)


def _in_words(of: KindRules, version: str, language: str) -> KindView:
    return KindView(
        kind=of.kind,
        title=of.names[language],
        version=version,
        owners=sorted(of.owners),
        sensitivity=of.sensitivity,
        put_in=of.put_in,
        media_types=sorted(of.media_types),
        most_bytes=of.most_bytes,
        most_pages=of.most_pages,
        least_dpi=of.least_dpi,
        code=_code(of),
        number=of.number,
        issuer=of.issuer,
        issued_on=of.issued_on,
        expires_on=of.expires_on,
        good_months=of.good_months,
        stamp=of.stamp,
        signed=of.signatures.needed,
    )
