"""Sealed files: bytes that are unreadable where they lie, in a folder or a bucket, and are checked as they are read.

Nothing here knows what a document is: content is bound to two numbers, which tell where it belongs.
"""

from sources.files.faults import FileLost, FilesUnavailable, IntegrityBroken
from sources.files.place import is_bucket
from sources.files.sealed import Bound, Kept, SealedFiles, Writer

__all__ = ["Bound", "FileLost", "FilesUnavailable", "IntegrityBroken", "Kept", "SealedFiles", "Writer", "is_bucket"]
