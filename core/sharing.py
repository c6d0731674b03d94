"""Whether this process does a job alone or shares it with others, as ``torchrun`` says in the environment."""

from __future__ import annotations

import os


def is_shared() -> bool:
    """Whether ``torchrun`` started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE") or 1) > 1


def is_first() -> bool:
    """Whether this process speaks and writes for all: it is alone, or has the rank 0."""
    return not is_shared() or int(os.environ.get("RANK") or 0) == 0
