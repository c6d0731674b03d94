"""Fit trained weights to other bands and other classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from ..errors import ModelError
from ..imagery.band_names import color_of
from .state_names import misfit


def adapt_bands(weight: torch.Tensor, have: Sequence[str], want: Sequence[str], scheme: str = "MEAN") -> torch.Tensor:
    """Return the weights of a first convolution for other bands.

    A band whose name is known keeps the weights of its own name; the scheme says what any other gets. Without telling names
    the bands keep their places, and those beyond count as unknown; if they are fewer, all do. When the number of bands
    changes, weights that are copied are scaled by old count / new count, so that the sum over the bands stays as large as it
    was; with random ones, whose sum is about 0, it does so without.

    Args:
        weight: (out, len(have), kh, kw).
        have: names of the bands it was trained on.
        want: names of the bands it will see; ``""`` where unknown.
        scheme: ``"MEAN"``: the mean of all bands; ``"RED_BAND"``: those of red, or of the first band where none is called so;
            ``"RANDOM"``: normally distributed, as wide as the others; ``"ALL_RANDOM"``: all bands so. Bands that are the same
            as before keep their weights with any.

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
    if scheme == "ALL_RANDOM":
        sources = [None] * len(want)
    random = scheme in ("RANDOM", "ALL_RANDOM")
    red = known.index("0") if "0" in known else 0
    rest = weight[:, red] if scheme == "RED_BAND" else weight.mean(1)
    parts = [
        weight[:, source] if source is not None else torch.randn_like(rest) * weight.std() if random else rest
        for source in sources
    ]
    return torch.stack(parts, 1) * (1.0 if random else len(have) / len(want))


def _canonical(band_name: str) -> str:
    """Return one spelling for each band name; the colours become ``"0"``, ``"1"``, ``"2"``."""
    color = color_of(band_name)
    return band_name.strip().lower() if color is None else str(color)


def load_fitting(network: nn.Module, state: Mapping[str, torch.Tensor], fresh: Sequence[str]) -> list[str]:
    """Load all weights that fit, except those whose names start with one of ``fresh``, which stay as they were made.

    Returns:
        The names of the others that stay so as well, because theirs have other shapes.

    Raises:
        ModelError: a weight is missing, or left over.
    """
    own = network.state_dict()
    kept = {key: value for key, value in own.items() if key.startswith(tuple(fresh))}
    given = {key: value for key, value in state.items() if not key.startswith(tuple(fresh))}
    others = [key for key, value in own.items() if key in given and given[key].shape != value.shape]
    result = {**given, **kept, **{key: own[key] for key in others}}
    if reason := misfit(own, result):
        raise ModelError(f"The weights are of another network: {reason}.", "Choose weights of the same kind of network.")
    network.load_state_dict(result)
    return others
