"""Somebody else's GraphQL service in the place of a store: its types as rows, found as the entities of a subgraph.

What it says of rights is not asked for: whoever reads its rows here has the rights that are declared here.
"""
