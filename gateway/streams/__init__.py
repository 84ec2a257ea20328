"""Subscriptions while they are open: sockets, event streams, news; who may be told what is not decided here."""
