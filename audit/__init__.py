"""What auditors do with the record: replay it, compare it, prove it; from entries alone, wherever they lie.

Nothing in here reaches PostgreSQL, Temporal or the network, so that an auditor can install it without them.
"""
