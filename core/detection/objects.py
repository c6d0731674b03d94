"""What passes from one step of detection to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import shapely

from .tiles import Tile

_FEW = 8  # points


@dataclass(frozen=True)
class Objects:
    """Finished objects.

    Attributes:
        polygons: (N,) shapely polygons in pixels of the raster's working grid, x = column, y = row.
        labels: (N,) int64, position of the class in the model's list, counted from 1.
        scores: (N,) float64 confidence, 0..1.
    """

    polygons: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, index: np.ndarray) -> Objects:
        """Return those at ``index``, positions or bool."""
        return Objects(self.polygons[index], self.labels[index], self.scores[index])

    @classmethod
    def join(cls, parts: Sequence[Objects]) -> Objects:
        """Return all of ``parts`` as one; none give no objects."""
        if not parts:
            return cls(np.empty(0, object), np.empty(0, np.int64), np.empty(0))
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True)
class Sightings:
    """What the model saw in single tiles: an object may be seen by several, and be cut by the edges of some.

    Attributes:
        polygons, labels, scores: as in :class:`Objects`; a polygon may have several parts here.
        boxes: (N, 4) float64 bounds of the polygons: x0, y0, x1, y1.
        windows: (N, 4) float64 edges of the tile that each was seen in.
        tiles: (N,) int64 number of that tile.
        cut: (N,) bool: touches an edge of its tile beyond which the raster goes on.
        owned: (N,) bool: its centre lies in the core of its tile.
        astray: (N,) float64, how far its centre lies outside of that core, pixels.
        rough: (N,) the polygons with fewer points, for comparing: their outline moves by a pixel at most.
    """

    polygons: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    boxes: np.ndarray
    windows: np.ndarray
    tiles: np.ndarray
    cut: np.ndarray
    owned: np.ndarray
    astray: np.ndarray
    rough: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, index: np.ndarray) -> Sightings:
        """Return those at ``index``, positions or bool."""
        return Sightings(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def join(cls, parts: Sequence[Sightings]) -> Sightings:
        """Return all of ``parts``, at least one, as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    @classmethod
    def of_tile(cls, tile: Tile, polygons: np.ndarray, labels: np.ndarray, scores: np.ndarray, reach: np.ndarray) -> Sightings:
        """Return what was seen in one tile.

        Args:
            tile: the tile.
            polygons: (N,) outlines.
            labels: (N,) classes.
            scores: (N,) confidence.
            reach: (N, 4) boxes of the network, which may touch an edge where the outlines do not.
        """
        boxes = shapely.bounds(polygons)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        return cls(
            polygons=polygons,
            labels=labels,
            scores=scores,
            boxes=boxes,
            windows=np.broadcast_to(np.array(tile.window.bounds, dtype=np.float64), (len(scores), 4)),
            tiles=np.full(len(scores), tile.number),
            cut=tile.cuts(boxes) | tile.cuts(reach),
            owned=tile.owns(centres),
            astray=tile.distances(centres),
            rough=_rough(polygons),
        )


def _rough(polygons: np.ndarray) -> np.ndarray:
    """Return (N,) polygons with fewer points, near enough for comparing areas; those of few points as they are."""
    rough = polygons.copy()
    many = np.flatnonzero(shapely.get_num_coordinates(polygons) > _FEW)
    tolerance = np.minimum(1.0, np.sqrt(shapely.area(polygons[many])) / 50)
    rough[many] = shapely.make_valid(shapely.simplify(polygons[many], tolerance))
    lost = many[~(shapely.area(rough[many]) > 0)]
    rough[lost] = polygons[lost]
    return rough
