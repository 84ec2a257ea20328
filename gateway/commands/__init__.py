"""The command line: one file for each group of commands; nothing of the served program imports it."""
