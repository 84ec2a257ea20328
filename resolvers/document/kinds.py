"""What a document can be: its kinds, with the rules of each on a day (resolvers/rules/document-kinds-*.json)."""

from resolvers.rules import document_kinds, document_rules
from resolvers.rules.document_kind import (
    DocumentClass,
    DocumentKind,
    DocumentOwner,
    KindRules,
    SignaturePolicy,
    SignatureRole,
)

__all__ = [
    "DocumentClass",
    "DocumentKind",
    "DocumentOwner",
    "KindRules",
    "SignaturePolicy",
    "SignatureRole",
    "document_kinds",
    "document_rules",
]
