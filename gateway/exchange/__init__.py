"""Exchange with others: whom the settings name, how a package is handed over, and how one is taken in."""
