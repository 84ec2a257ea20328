"""Who comes in: the viewer's sessions and ways to sign in, as he sees them."""
