"""What can be wrong with sealed files."""

from typing import ClassVar
from uuid import UUID

from sources.postgres.failure import SourceUnavailable


class FileFault(Exception):
    """A file cannot be given out.

    Attributes:
        code: stable.
        why: what is said of it.
        file: the server-made name.
    """

    code: ClassVar[str]
    why: ClassVar[str]

    def __init__(self, file: UUID) -> None:
        super().__init__(f"the sealed file {file} {self.why}")
        self.file = file


class IntegrityBroken(FileFault):
    """Bytes are not what was kept: changed, cut off, in another order, of another version. None is given out."""

    code = "INTEGRITY_BROKEN"
    why = "is not what was kept"


class FileLost(FileFault):
    """A file is not where it was kept."""

    code = "FILE_LOST"
    why = "is not there"


class FilesUnavailable(SourceUnavailable):
    """The folder or bucket does not answer, or refuses, or the key that wraps is missing; it may come back."""

    def __init__(self, why: str) -> None:
        super().__init__("documents")
        self.why = why
