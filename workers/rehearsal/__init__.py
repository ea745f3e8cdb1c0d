"""Inspections of the past, lived again on the real engine at their real dates."""
