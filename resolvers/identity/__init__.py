"""Who somebody is who comes in: found in the register by what his sign-in says of him, and what came of that."""
