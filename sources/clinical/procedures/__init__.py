"""Procedures (медицинские услуги), reports on them, and what the central register of services is told of them.

Who reads a procedure stands in `sources/clinical/access.py`, as of all records. How it is told to the register, and
which HTTP that takes, lives in `gateway/register/`.
"""
