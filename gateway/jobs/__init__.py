"""What every process does in the background, after the commit; nothing here answers a caller."""
