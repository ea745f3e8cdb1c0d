"""Measures the engine and what it is compared with, on one machine, side by side in one run.

`make bench` runs it; `docs/performance.md` shows what came out. Nothing here is needed to run the project.
"""
