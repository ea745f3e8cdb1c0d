"""What auditors do with the record: replay it, compare it, prove it. From entries alone, wherever they come from.

Nothing in here reaches PostgreSQL, Temporal or the network, so that an auditor can install it without them.
"""
