"""The doors by which other systems send packages of documents, and receipts for ours."""
