"""Prescriptions (рецепты) as the clinical store keeps them: what was prescribed, signatures, and what was dispensed.

What was prescribed and why it was annulled is sealed by the key of the patient; series and number are not, for a
pharmacy finds a prescription by them.
"""
