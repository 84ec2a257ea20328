"""How edges are followed, in batches, and acts done; one file or package for each domain; none knows another."""
