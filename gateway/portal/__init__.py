"""A fake ЕСИА for the demo and the tests: a program of its own, which production cannot even import."""

import os

if os.environ.get("KABINET_PROFILE") != "demo":
    raise ImportError("the fake portal is there in the demo alone")
