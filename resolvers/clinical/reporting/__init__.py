"""Reports on work (отчётность): of whom, of which weeks, and what is counted. No patient is named or read here."""
