"""Facts: one file or package for each domain, its tables, statements and writes; no right is decided here."""
