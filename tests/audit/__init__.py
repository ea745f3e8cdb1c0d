"""What auditors do with entries."""
