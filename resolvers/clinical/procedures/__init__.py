"""Procedures (медицинские услуги): recorded, counted, and reported to the registration office.

What the central register of services is told leaves by a job (`gateway/jobs/register.py`); here is what came of it.
"""
