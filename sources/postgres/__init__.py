"""How a store is asked and written: pools, statements, transactions, triggers; no domain is known here."""
