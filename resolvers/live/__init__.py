"""The rows that streams tell, and where their news come from; no reading edge lives here."""
