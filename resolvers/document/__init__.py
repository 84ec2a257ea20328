"""Documents: how they are found, put in, checked, signed, handed out and sent."""
