"""The graph as readers see it: types, field by field, with permission and resolver; nothing is computed here."""
