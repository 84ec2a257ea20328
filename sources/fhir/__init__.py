"""FHIR R4 as a source: a module for each kind of resource, what is picked of it, and how it is asked for.

A resource is never believed: what is not as its kind says makes the whole answer one that contradicts. Which
permissions its fields take is said where the graph shows it, as of any row.
"""
