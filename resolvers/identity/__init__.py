"""Who comes in: found in the register by what a sign-in says of him, his sessions, and what he does about them."""
