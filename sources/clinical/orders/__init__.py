"""Orders (назначения), their protocols, and each time a medicine was given.

`order` has the tables, `directed` for whom one is, `acts` what is done.
Values that an order brings lie with all others that were measured (`sources/clinical/observation.py`), and name it.
"""
