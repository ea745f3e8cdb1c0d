"""The ledger as a transparency log: trees of hashes, signed checkpoints, and proofs about both.

It knows nothing of inspections, of PostgreSQL or of Temporal: whoever is to believe a proof can read it all.
"""
