"""A made-up hospital that the demo joins: its wards, and what it knows of practitioners of ours, by their ids.

A program of its own, as that of a real hospital would be: it knows nothing of our rights, and answers whatever it is
asked. What it was asked for, it tells at /counts.
"""
