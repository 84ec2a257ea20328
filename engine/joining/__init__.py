"""Graphs joined of several services: plans made elsewhere are followed here. No domain and no HTTP is known here."""
