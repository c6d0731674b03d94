"""Features of vector files: read, written, and brought between map coordinates and pixels."""

from .appending import FeatureAppender
from .projection import same_crs, to_map, to_pixels
from .reading import Features, read_features
from .writing import FeatureWriter

__all__ = ["FeatureAppender", "FeatureWriter", "Features", "read_features", "same_crs", "to_map", "to_pixels"]
