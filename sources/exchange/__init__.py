"""Packages of documents that are sent and received, and requests for information, in the store of documents."""
