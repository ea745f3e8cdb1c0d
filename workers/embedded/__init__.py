"""The embedded stack: a real PostgreSQL and a real Temporal server as processes on this machine."""
