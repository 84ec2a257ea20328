"""The running program: doors, jobs, commands and what they are set up by; what the graph means is settled below it."""
