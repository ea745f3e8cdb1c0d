"""The suites: each answers one question about speed, and can be run alone."""
