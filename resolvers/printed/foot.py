"""How a paper says that it can be verified."""

from typing import NamedTuple

from resolvers.printed.code import printed

PAGE = "/verify"


class Proof(NamedTuple):
    """The code of a document, the address of the service, where it is known, and whether the document is signed."""

    code: str
    address: str | None
    signed: bool

    @property
    def foot(self) -> str:
        """What stands below each sheet."""
        return f"Код проверки {printed(self.code)}"

    @property
    def told(self) -> str:
        """Where and how it is verified."""
        where = "на странице проверки документов" if self.address is None else f"на странице {self.address}{PAGE}"
        apart = " Электронную подпись хранят отдельно от этого файла и выдают вместе с ним." if self.signed else ""
        return (
            f"Электронный документ. Подлинность, номер, дату выдачи и действие документа проверяют {where} "
            f"по коду {printed(self.code)}.{apart}"
        )
