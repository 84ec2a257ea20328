"""What people are told, by which channel, in which words: pure functions over data files."""
