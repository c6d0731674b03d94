"""Label Objects: draw training samples on imagery, class by class, and say where nothing is missing.

Without widgets: :mod:`.schema` (classes), :mod:`.edited_layer` and :mod:`.history` (each edit saved, each taken back),
:mod:`.label_layer`, :mod:`.areas`, :mod:`.grid` (the pixels of the imagery). On the map: :mod:`.tools`. The rest is the dock.
"""
