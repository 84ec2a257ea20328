"""Prescriptions (рецепты): drafted, signed, registered, dispensed, annulled; how they are read, and what it takes.

What holds of forms and of classes of medicines is dated data (`resolvers/rules/prescribing.py`).
"""
