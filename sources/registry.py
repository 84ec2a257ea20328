"""The practitioner registry (ФРМР, ФРМО): people, organisations and who works where."""

from sqlalchemy import MetaData

NAME = "registry"
metadata = MetaData()
