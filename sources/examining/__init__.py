"""What a file is, seen by a process of its own that has nothing to lose (проверка файлов); no domain is known here.

`examiner` has a file looked at: its bytes go through anonymous memory to a child process, which has no way to a disk or
a network, little memory and little time, and ends when it has answered. Everything that runs in that child stands in
`looking/`, and nobody else parses what came from outside.
"""

from sources.examining.examined import Certificate, Examined, Fault, FaultCode
from sources.examining.examiner import ExaminationUnavailable, Examiner, PageUnavailable, examine, page_png

__all__ = [
    "Certificate",
    "ExaminationUnavailable",
    "Examined",
    "Examiner",
    "Fault",
    "FaultCode",
    "PageUnavailable",
    "examine",
    "page_png",
]
