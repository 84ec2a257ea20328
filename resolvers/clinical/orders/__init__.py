"""Orders (назначения): `reading` finds them, `ordering` makes and cancels one, `carrying_out` records what came of one.

`medicine` is what an order of a medicine says, and `giving` records that it was given.
`found` says what may be said of it, `protocol` signs and acknowledges it, `steps` is what all acts have in common.
"""
