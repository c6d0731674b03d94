"""What all tests need, with QGIS and without."""

import signal

# A shell starts background jobs with Ctrl+C ignored, and children inherit that: the tests of Ctrl+C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
