"""Electronic signatures: CMS read, verified and made. OpenSSL's command does what takes a key; no store is asked here.

`verifying.py` says what a signature is worth, `making.py` makes one with the key of an organisation. Both speak to
OpenSSL through `openssl.py`. `structure.py` and `certificate.py` read what a signature says of itself, `trust.py` keeps
whom we believe, `revocation.py` who is believed no more, `stamp.py` reads time stamps.
"""
