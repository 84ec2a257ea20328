"""The documents store: what a worker's or an institution's cabinet holds, its content, checks and signatures.

The bytes of a version lie in `sources.files`, sealed by a key of its own; `version` has that key, wrapped.
"""

from sources.documents import check, decision, document, signature, upload, version
from sources.documents.tables import NAME, metadata

__all__ = ["NAME", "check", "decision", "document", "metadata", "signature", "upload", "version"]
