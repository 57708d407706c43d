"""Long operations that are killed in the middle and run again: see `benchmarks/kill.py`."""
