"""The tools as QGIS Processing algorithms: each declares a job of the core, hands it to the worker and shows the result."""
