"""Finding objects in imagery of any size: read tiles, run the model, outline, stitch, write.

:func:`core.detection.pipeline.detect` is the door for Python code; it takes any network with torchvision's detection interface.
"""
