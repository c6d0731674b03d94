"""Training: the split, the loop, the measures and the report."""
