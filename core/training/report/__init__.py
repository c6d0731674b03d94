"""The report of a training: its words, its figures, its page."""
