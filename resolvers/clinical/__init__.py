"""How patients and their records are found: `kinds` says of which rows, and by which keys these may be read."""
