"""Sealed files: bytes that are unreadable where they lie, in a folder or a bucket, and are checked as they are read.

Nothing here knows what a document is: content is bound to two numbers, which tell where it belongs.
"""

from sources.files.faults import FileLost, FilesUnavailable, IntegrityBroken
from sources.files.kept import Bound, Kept
from sources.files.place import SHARDS, is_bucket
from sources.files.sealed import SealedFiles
from sources.files.writing import Writer

__all__ = [
    "SHARDS",
    "Bound",
    "FileLost",
    "FilesUnavailable",
    "IntegrityBroken",
    "Kept",
    "SealedFiles",
    "Writer",
    "is_bucket",
]
