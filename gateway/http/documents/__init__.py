"""The doors of documents: their content goes in and out of here, and never through the graph."""
