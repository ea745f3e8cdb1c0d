"""What the engine is compared with, each written as its own documentation would have it."""
