"""Patients and their records as the graph shows them, in the words of FHIR; each with its Russian term."""
