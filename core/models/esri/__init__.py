"""The networks as Esri's arcgis.learn builds them, so that packages go from ArcGIS to Kestrel and back with their weights.

Built from what a run of that library shows: names and shapes of the weights, sizes, numbers. One module per model type, with
the names of the modules in :mod:`core.models`; all promise what :func:`core.models.build` does.
"""
