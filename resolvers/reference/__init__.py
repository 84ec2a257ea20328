"""Certificates of qualification (справки о квалификации): issued to whom they are about, verified by anybody.

`gathering.py` reads what one says, `issuing.py` is the act, `verifying.py` answers whoever has a code.
"""
