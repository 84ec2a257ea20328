"""Who comes in: the viewer's sessions and ways to sign in, and what he does about them."""
