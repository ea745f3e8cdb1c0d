"""Personal data beside the ledger: what is held of whom, what is due, and how it is erased."""
