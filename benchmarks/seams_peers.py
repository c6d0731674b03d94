"""One peer finding the objects of one scene: ``python -m benchmarks.seams_peers TOOL IMAGE OUT``.

Runs in any Python that has the tool, PyTorch, rasterio and shapely; each gets the exact network of :mod:`benchmarks.seams`,
tiles of 512 pixels that overlap by half, as Kestrel's do, and is otherwise left as it comes. Writes JSON with the outlines and
the version.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import rasterio
import rasterio.features
import shapely

TILE, OVERLAP = 512, 256


def sahi(image: str, merge: str = "GREEDYNMM") -> list[shapely.Geometry]:
    """``get_sliced_prediction`` with its default merging."""
    from sahi.models.torchvision import TorchVisionDetectionModel
    from sahi.predict import get_sliced_prediction

    from benchmarks.seams import Exact

    class WithoutSlivers(Exact):
        """Leaves out what one row of pixels shows of an object: sahi raises an error about its outline."""

        def forward(self, images: list) -> list[dict]:
            return [
                {name: values[_thick(found["masks"])] for name, values in found.items()} for found in super().forward(images)
            ]

    network = WithoutSlivers()
    network.roi_heads = SimpleNamespace(mask_predictor=True)  # by this sahi knows that there are masks
    model = TorchVisionDetectionModel(model=network, category_mapping={"1": "object"}, confidence_threshold=0.5, device="cpu")
    result = get_sliced_prediction(
        image, model, TILE, TILE, OVERLAP / TILE, OVERLAP / TILE, perform_standard_pred=False, postprocess_type=merge, verbose=0
    )
    found = []
    for item in result.object_prediction_list:
        rings = [ring for ring in item.mask.segmentation if len(ring) >= 8]
        parts = [shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True))).buffer(0) for ring in rings]
        # The rings run through the centres of the outermost pixels.
        found.append(shapely.union_all(parts).buffer(0.5, join_style="mitre"))
    return found


def _thick(masks):
    """Return (N,) bool: masks (N, 1, h, w) with 2 rows and 2 columns at least."""
    return (masks.any(-1).sum(-1)[:, 0] > 1) & (masks.any(-2).sum(-1)[:, 0] > 1)


def supervision(image: str) -> list[shapely.Geometry]:
    """``InferenceSlicer`` with its default non-maximum suppression; masks in its compact form, which fit the memory."""
    import numpy as np
    import supervision as sv

    from benchmarks.seams import Exact

    network = Exact()

    def look(tile: np.ndarray) -> sv.Detections:
        found = {name: values.numpy() for name, values in network.find(tile).items()}
        return sv.Detections(
            xyxy=found["boxes"], mask=found["masks"][:, 0] > 0.5, confidence=found["scores"], class_id=found["labels"]
        )

    slicer = sv.InferenceSlicer(look, slice_wh=TILE, overlap_wh=OVERLAP, compact_masks=True)
    with rasterio.open(image) as file:
        pixels = np.ascontiguousarray(file.read().transpose(1, 2, 0))
    found = []
    for mask in slicer(pixels).mask:
        shapes = rasterio.features.shapes(mask.astype(np.uint8), mask, 4)
        found.append(shapely.union_all([shapely.geometry.shape(area) for area, _ in shapes]))
    return found


TOOLS = {"sahi": sahi, "supervision": supervision}


def main(tool: str, image: str, out: str) -> None:
    """Do it and write the answer."""
    found = [shape for shape in TOOLS[tool](image) if not shape.is_empty]
    document = {"found": [shape.wkt for shape in found], "version": importlib.metadata.version(tool)}
    Path(out).write_text(json.dumps(document))


if __name__ == "__main__":
    main(*sys.argv[1:])
