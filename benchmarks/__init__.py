"""What a step, a list, a sheet and a signature cost: `python -m benchmarks`, see `__main__.py`."""
