"""The idiom of acts and what they answer when they cannot be done; no single act lives here."""
