"""The Python environment of the worker, and the worker process itself. Standard library only."""
