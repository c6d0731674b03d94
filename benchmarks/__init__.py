"""Every figure that the README quotes, measured: ``python -m benchmarks`` (or ``make bench``)."""
