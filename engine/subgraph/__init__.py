"""The graph as others federate it: who offers what, in which words, and entities by their keys; no router is here."""
