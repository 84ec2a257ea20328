"""Referrals (направления): how they are found, and what is done to them.

Here live the batches that lead to referrals, the acts from the draft to the answer, and the words and keys that these
share. What a referral is on paper is printed in `resolvers/printed/`; whom it is told, `resolvers/telling/` says.
"""
