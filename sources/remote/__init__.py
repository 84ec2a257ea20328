"""How services that speak HTTP are asked, as stores are: within a deadline, in few questions, and never believed.

`service.py` is the door to one of them. No domain is known here, and nothing but reads is asked for twice.
"""
