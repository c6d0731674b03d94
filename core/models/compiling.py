"""Translating a network's backbone for the card it runs on."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .backbones import body


def compile_backbone(network: nn.Module, sample: Tensor, half: torch.dtype | None, learning: bool) -> str:
    """Compile the part of a detector that was a classifier, in place; where that fails it stays as it is.

    Its weights keep their names. The first batch of another shape compiles it again.

    Args:
        network: on a CUDA card, in the mode it will work in.
        sample: (B, C, h, w) on the same card, as the part gets it.
        half: 16-bit type to compute in; None for single precision.
        learning: whether it will learn, so that the way back is compiled as well.

    Returns:
        Why it failed, in one line; ``""`` when all is well.
    """
    try:
        part = body(network)
    except AttributeError:
        return "no part of the network is known as its backbone"
    before = {name: value.clone() for name, value in part.named_buffers()}  # statistics, which the sample would change
    try:
        part.compile()
        with torch.autocast(sample.device.type, half or torch.float16, enabled=half is not None):
            found = part(sample)
        maps = list(found.values()) if isinstance(found, dict) else [found]
        if learning and any(one.requires_grad for one in maps):
            torch.stack([one.float().mean() for one in maps]).sum().backward()
    except Exception as error:  # of the compiler, the linker, the driver: a dozen kinds
        part._compiled_call_impl = None
        return (str(error).strip() or type(error).__name__).splitlines()[0]
    finally:
        if learning:
            part.zero_grad(set_to_none=True)
        own = dict(part.named_buffers())
        for name, value in before.items():
            own[name].copy_(value)
    return ""
