"""Executes operations over a declared graph; on top stands what a domain is written with, and none is known here."""
