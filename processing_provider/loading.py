"""What happens to a layer when QGIS loads it after a run."""

from __future__ import annotations

from qgis.core import QgsProcessingContext, QgsProcessingLayerPostProcessorInterface
from qgis.PyQt import sip

_HELD: list[QgsProcessingLayerPostProcessorInterface] = []


def process_on_load(processor: QgsProcessingLayerPostProcessorInterface, layer_id: str, context: QgsProcessingContext) -> None:
    """Have ``processor`` called with the layer ``layer_id`` if it is going to be loaded; give a new one each time.

    The context deletes it when it ends, but until then does not hold Python's half of it: so that is held here.
    """
    _HELD[:] = [held for held in _HELD if not sip.isdeleted(held)]
    if context.willLoadLayerOnCompletion(layer_id):
        _HELD.append(processor)
        context.layerToLoadOnCompletionDetails(layer_id).setPostProcessor(processor)
