"""The statistics, counted from how inspections went."""
