"""Referrals (направления) as the clinical store has them.

Here live the table, the keys that tell who may know a referral, how it is written with the relation of care that it
opens, what of it is signed, what messages may tell of it, and which still wait for their document. Other kinds of
records do not look in.
"""
