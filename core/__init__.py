"""Kestrel's core: everything that is not QGIS.

The core never imports QGIS or Qt. Its contract with the plugin (:mod:`core.jobs`, :mod:`core.runtime` and the three
small modules :mod:`core.errors`, :mod:`core.events`, :mod:`core.reporting`) uses the standard library alone, because the
QGIS process imports it; everything else runs in the worker process and may use the managed environment.
"""
