"""The compiled executor: plans kept, and run by a function generated for each; it does not know the reference."""
