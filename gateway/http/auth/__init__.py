"""The doors by which people, apps and machines come in; each answers below `/auth/` or `/.well-known/`."""
