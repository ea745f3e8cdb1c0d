"""The inspection rules: pure values and functions, no clock, no network, no database."""
