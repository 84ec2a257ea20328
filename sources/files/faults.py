"""What can be wrong with sealed files."""

from typing import Final
from uuid import UUID

from sources.postgres.failure import SourceUnavailable


class IntegrityBroken(Exception):
    """Bytes are not what was kept: changed, cut off, in another order or of another version. None of them is given out.

    Attributes:
        file: the server-made name.
        code: stable.
    """

    code: Final = "INTEGRITY_BROKEN"

    def __init__(self, file: UUID) -> None:
        super().__init__(f"the sealed file {file} is not what was kept")
        self.file = file


class FileLost(Exception):
    """A file is not where it was kept.

    Attributes:
        file: the server-made name.
        code: stable.
    """

    code: Final = "FILE_LOST"

    def __init__(self, file: UUID) -> None:
        super().__init__(f"the sealed file {file} is not there")
        self.file = file


class FilesUnavailable(SourceUnavailable):
    """The folder or bucket does not answer, or refuses, or the key that wraps is missing; it may come back."""

    def __init__(self, why: str) -> None:
        super().__init__("documents")
        self.why = why
