"""Who comes in: what is done with accounts, and how often somebody may fail at it.

Here live resolvers and acts about accounts; the doors and their protocols stand in `gateway/`.
"""
