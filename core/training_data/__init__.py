"""Training data on disk: chips with labels in the layouts of ArcGIS Pro, written (:mod:`.export`) and read (:mod:`.folder`).

A chip format is one module with the functions of :class:`.formats.ChipFormat`; :mod:`.formats` lists them.
"""

from .chips import BandStatistics, Chip, Targets
from .folder import TrainingData

__all__ = ["BandStatistics", "Chip", "Targets", "TrainingData"]
