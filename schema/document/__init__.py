"""Documents as the graph shows them: what they are, how they come in, are checked, signed, fetched and sent."""
