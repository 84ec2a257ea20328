"""Who comes in: found in the register by what a sign-in says of him, his sessions, and what is done about accounts.

Here live resolvers and acts about accounts; the doors and their protocols stand in `gateway/`.
"""
