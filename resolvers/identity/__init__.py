"""Who comes in: found in the register by what his sign-in says; his sessions and ways to sign in, and his acts."""
