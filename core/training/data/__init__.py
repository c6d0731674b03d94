"""Chips on their way from the folder to the network: read once, divided, changed at random, made into batches."""
