"""The losses and the objects that a network finds, from one pass through its backbone."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from .esri.retinanet import RetinaNet as EsriRetinaNet

_SHARED = ("backbone", "head", "rpn.head")  # what answers the same whether the losses or the objects are wanted
_BRANCHING = ("", "rpn", "roi_heads")  # what asks whether it is training


def losses_and_detections(
    network: nn.Module, images: list[Tensor], targets: list[dict[str, Tensor]]
) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
    """Return what :func:`core.models.build` promises of training mode and of evaluation mode, for less than both cost.

    Normalisation, dropout and the like are in evaluation mode for both, and the network stays in it.

    Args:
        network: any that is trainable.
        images: float32 (C, h, w).
        targets: of each image: ``boxes`` (n, 4), ``labels`` (n,), and for MaskRCNN ``masks`` (n, h, w); n may be 0.

    Returns:
        The losses, scalars by name, and what is found in each image.
    """
    network.eval()
    if isinstance(network, EsriRetinaNet):
        return network.losses_and_detections(images, targets)
    branching = [network.get_submodule(name) for name in _BRANCHING if _has(network, name)]
    replaced = [(*_owner(network, name), network.get_submodule(name)) for name in _SHARED if _has(network, name)]
    try:
        for owner, name, module in replaced:
            setattr(owner, name, _Once(module))
        for module in branching:  # these alone, for what is inside of them normalises
            module.training = True
        losses = network(images, targets)
        for module in branching:
            module.training = False
        return losses, network(images)
    finally:
        for module in branching:
            module.training = False
        for owner, name, module in replaced:
            setattr(owner, name, module)


class _Once(nn.Module):
    """Calls a module the first time, and returns its answer from then on."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self._call: Any = (module,)  # in a tuple, so that it is no child of this one
        self._answer: Any = None

    def __getattr__(self, name: str) -> Any:
        """Return what the module has beside its answer, such as its loss."""
        return getattr(self.__dict__["_call"][0], name)

    def forward(self, *arguments: Any) -> Any:
        if self._answer is None:
            self._answer = self._call[0](*arguments)
        return self._answer


def _has(network: nn.Module, name: str) -> bool:
    found: Any = network
    for part in filter(None, name.split(".")):
        found = getattr(found, part, None)
    return isinstance(found, nn.Module)


def _owner(network: nn.Module, name: str) -> tuple[nn.Module, str]:
    owner, _, last = name.rpartition(".")
    return network.get_submodule(owner), last
