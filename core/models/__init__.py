"""The architectures: one module per kind of model, one registry, and what they share."""

from .building import build, load, load_weights
from .preparation import choose_normalisation, prepare
from .registry import MODELS, model_type
from .single_pass import losses_and_detections

__all__ = [
    "MODELS", "build", "choose_normalisation", "load", "load_weights", "losses_and_detections", "model_type", "prepare",
]  # fmt: skip
