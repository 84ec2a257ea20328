"""Documents that the product makes, as PDF: the same facts give the same bytes.

Here is how they look and what they say. Nothing here asks a store; what is said comes as data, from whoever keeps it.
"""
