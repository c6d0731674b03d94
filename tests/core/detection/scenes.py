"""Drawn scenes with known objects, and networks that find them exactly: what is left to go wrong is Kestrel's part."""

import numpy as np
import rasterio
import rasterio.features
import shapely
import torch
from affine import Affine

from core.models import build
from core.packages import IMAGENET, ClassInfo, ModelCard, Normalisation, write_package

CLASSES = (ClassInfo(3, "car", (255, 0, 0)), ClassInfo(7, "truck", None))
TRUCK = 200  # from this brightness on


def card(**changes):
    facts = {
        "model_type": "MaskRCNN", "backbone": "resnet18", "classes": CLASSES, "bands": (0,), "band_names": ("",),
        "dtype": "uint8", "tile_size": 128, "normalisation": IMAGENET,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


def draw(path, polygons, values, width, height, transform=None, crs="EPSG:32633", nodata=None, bands=1, dtype="uint8"):
    """Draw polygons in pixels, each in its own brightness, which tells neighbours apart, on black."""
    shapes = zip(polygons, values, strict=True)
    pixels = rasterio.features.rasterize(shapes, (height, width), dtype=dtype) if len(polygons) else np.zeros((height, width))
    profile = {"width": width, "height": height, "count": bands, "dtype": dtype, "crs": crs, "nodata": nodata}
    with rasterio.open(path, "w", "GTiff", transform=transform or Affine(1, 0, 0, 0, -1, 0), **profile) as file:
        file.write(np.repeat(pixels[None].astype(dtype), bands, 0))
    return str(path)


def small_package(folder, **changes):
    """Write a real package for RGB imagery, with random weights: small, and sure of nothing; return its path."""
    torch.manual_seed(3)
    options = {
        "anchor_sizes": [8.0, 16.0, 32.0, 64.0, 128.0], "aspect_ratios": [0.5, 1.0, 2.0], "strides": [4, 8, 16, 32, 64],
        "pyramid_channels": 16, "box_features": 16, "mask_channels": 16, "proposals_before_nms": 50, "proposals": 20,
        "box_samples": 16, "max_detections": 10, "box_nms": 0.5, "min_score": 0.05, "resize": "none",
    }  # fmt: skip
    facts = card(
        model_type="FasterRCNN", backbone="mobilenet_v2", threshold=0.0, options=options, bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"), **changes,
    )  # fmt: skip
    return str(write_package(folder, "model", facts, build(facts).state_dict()))


class Oracle(torch.nn.Module):
    """Knows where it is, from a raster of :func:`positions`, and sees the part of each given box that lies in its tile."""

    def __init__(self, boxes, scores=None, labels=None, inset=0.0):
        super().__init__()
        self.boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
        self.scores = np.full(len(self.boxes), 0.9) if scores is None else np.asarray(scores)
        self.labels = np.ones(len(self.boxes), int) if labels is None else np.asarray(labels)
        self.inset = inset  # pixels by which it lets what is cut end short of the tile's edge

    def forward(self, images):
        return [self.see(np.rint(image[:2, 0, 0].numpy() * 65535), image.shape[-1]) for image in images]

    def see(self, origin, size):
        local = self.boxes - np.tile(origin, 2)
        clipped = np.where(local < 0, self.inset, np.where(local > size, size - self.inset, local))
        there = (np.minimum(local[:, 2:], size) - np.maximum(local[:, :2], 0) > 1).all(axis=1)
        return {
            "boxes": torch.tensor(clipped[there], dtype=torch.float32),
            "labels": torch.tensor(self.labels[there]),
            "scores": torch.tensor(self.scores[there], dtype=torch.float32),
        }


def positions(path, width, height):
    """Write a raster whose two bands are column and row."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    transform = Affine(1, 0, 0, 0, -1, 0)
    with rasterio.open(path, "w", "GTiff", width, height, 2, dtype="uint16", transform=transform, crs="EPSG:32633") as file:
        file.write(np.stack([x, y]).astype(np.uint16))
    return str(path)


def position_card(**changes):
    scale = Normalisation("statistics", (0.0, 0.0), (1.0, 1.0), (0.0, 0.0), (65535.0, 65535.0))
    return card(bands=(0, 1), band_names=("", ""), dtype="uint16", normalisation=scale, **changes)


class Finder(torch.nn.Module):
    """Finds areas of one brightness of at least 10; ``sizes`` are the batches it was given, ``seen`` the number of tiles."""

    def __init__(self, masks=True, shaky=0.0):
        super().__init__()
        self.masks, self.shaky, self.sizes, self.seen = masks, shaky, [], 0
        self.random = np.random.default_rng(1)

    def forward(self, images):
        self.sizes.append(len(images))
        self.seen += len(images)
        return [self.find(np.round(image[0].numpy() * 255).astype(np.uint8)) for image in images]

    def find(self, pixels):
        found = list(rasterio.features.shapes(pixels, pixels >= 10, 4))
        shapes = [shapely.geometry.shape(polygon) for polygon, _ in found]
        values = np.array([value for _, value in found])
        boxes = np.array([shape.bounds for shape in shapes]).reshape(-1, 4)
        boxes = boxes + self.random.uniform(-self.shaky, self.shaky, boxes.shape)
        result = {
            "boxes": torch.tensor(boxes.clip(0, pixels.shape[::-1] * 2), dtype=torch.float32),
            "labels": torch.tensor(np.where(values >= TRUCK, 2, 1), dtype=torch.int64),
            "scores": torch.tensor(values / 255, dtype=torch.float32),
        }
        if self.masks:
            masks = [rasterio.features.rasterize([shape], pixels.shape) for shape in shapes]
            result["masks"] = torch.tensor(np.array(masks).reshape(-1, 1, *pixels.shape), dtype=torch.float32)
        return result
