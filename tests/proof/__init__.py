"""The mathematics of the transparency log."""
