"""The kinds of records, under what the dated table of labels asks of a reader."""

from resolvers.records import RECORDS

__all__ = ["RECORDS"]
