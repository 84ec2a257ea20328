"""What runs in the child process: it alone parses files that came from outside."""
