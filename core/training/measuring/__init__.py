"""How good a model is on chips with known objects."""
