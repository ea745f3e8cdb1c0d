"""Notices: who hears of what has happened in an inspection, and in which words.

`rules` is the table of who hears what and why, `seats` says who that is at the moment, and `words` writes it
down.
"""
