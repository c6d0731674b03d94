"""Fit trained weights to other bands and other classes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ..imagery.band_names import color_of


def adapt_bands(weight: torch.Tensor, have: Sequence[str], want: Sequence[str]) -> torch.Tensor:
    """Return the weights of a first convolution for other bands.

    A band whose name is known keeps the weights of its own name; any other gets the mean of all bands. Without telling
    names the bands keep their places, and those beyond get the mean; if they are fewer, all get it. When the number of
    bands changes, all are scaled by old count / new count, so that the sum over the bands stays as large as it was.

    Args:
        weight: (out, len(have), kh, kw).
        have: names of the bands it was trained on.
        want: names of the bands it will see; ``""`` where unknown.

    Returns:
        (out, len(want), kh, kw).
    """
    known, asked = [_canonical(name) for name in have], [_canonical(name) for name in want]
    if any(color_of(name) is not None for name in want) or set(known) & set(asked) - {""}:
        sources = [known.index(name) if name and name in known else None for name in asked]
    elif len(want) < len(have):
        sources = [None] * len(want)  # such as one panchromatic band: no single colour stands for it
    else:
        sources = [place if place < len(have) else None for place in range(len(want))]
    if sources == list(range(len(have))):
        return weight
    mean = weight.mean(1)
    adapted = torch.stack([mean if source is None else weight[:, source] for source in sources], 1)
    return adapted * (len(have) / len(want))


def _canonical(band_name: str) -> str:
    """Return one spelling for each band name; the colours become ``"0"``, ``"1"``, ``"2"``."""
    color = color_of(band_name)
    return band_name.strip().lower() if color is None else str(color)


def load_matching(network: nn.Module, state: dict[str, torch.Tensor], fresh: Sequence[str]) -> None:
    """Load all weights except those whose names start with one of ``fresh``, which stay as they were made.

    Raises:
        RuntimeError: any other weight is missing, left over or of another shape.
    """
    own = network.state_dict()
    kept = {key: value for key, value in state.items() if not key.startswith(tuple(fresh))}
    kept |= {key: value for key, value in own.items() if key.startswith(tuple(fresh))}
    network.load_state_dict(kept)
