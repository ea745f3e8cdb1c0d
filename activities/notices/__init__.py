"""Notices on their way out: letters, what sends them, and the post that takes them from the outbox."""
