"""A made-up but believable world for the demo, the tests and the bench."""

from gateway.world.loading import Loaded, load

__all__ = ["Loaded", "load"]
