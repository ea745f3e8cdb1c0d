"""The worker as a service: how it is begun, watched, counted, asked how it is, and ended."""
