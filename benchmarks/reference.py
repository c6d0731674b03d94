"""torchvision's reference recipe for detectors (its ``references/detection/train.py``), on Kestrel's network and chips.

SGD with momentum 0.9, weight decay 1e-4, 0.02 for 16 images, scaled to the batch; a linear warm-up in the first epoch; a tenth
of the rate after 16/26 and 22/26 of the epochs; mirroring left to right as the only augmentation; the last epoch is kept. It
gets all chips to train with: nothing is held back to choose an epoch.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import torch

from core.jobs import TrainModel
from core.models import MODELS
from core.packages import read_package, write_package
from core.reporting import silent
from core.training import starting
from core.training.data.chips import Chips, Item, validation_item
from core.training_data import TrainingData


def train_as_torchvision(like: Path, chips_folder: Path, output: Path, epochs: int, batch: int, seed: int) -> Path:
    """Train the network of another package from ImageNet weights, and return the new package.

    Args:
        like: package whose card says how the network is built and pixels are scaled.
        chips_folder: training data.
        output: folder to write.
        epochs: as for Kestrel.
        batch: the same.
        seed: the same.
    """
    shutil.rmtree(output, ignore_errors=True)
    card = read_package(like).card
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    values = {"input": chips_folder, "output": output, "model_type": card.model_type, "backbone": card.backbone, "seed": seed}
    job = TrainModel.from_values({**values, "backbone_weights": "IMAGENET"})
    network = starting.new_network(job, card, None, silent()).to(device).train()
    starting.freeze(network, card, job, None)  # the stem, as torchvision's trainable_backbone_layers does
    chips = Chips(TrainingData.open(chips_folder), MODELS[card.model_type].MASKS)
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.02 * batch / 16, momentum=0.9, weight_decay=1e-4)
    milestones = [round(epochs * 16 / 26), round(epochs * 22 / 26)]
    by_epoch = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    rng = np.random.default_rng(seed)
    steps = -(-len(chips) // batch)
    for epoch in range(epochs):
        warm_up = min(1000, steps - 1)
        rates = torch.optim.lr_scheduler.LinearLR(optimizer, 0.001, total_iters=warm_up) if epoch == 0 and warm_up else None
        order = rng.permutation(len(chips)).tolist()
        for start in range(0, len(order), batch):
            items = [validation_item(chips, card, number, card.tile_size) for number in order[start : start + batch]]
            items = [_mirrored(*item) if rng.integers(2) else item for item in items]
            images = [image.to(device) for image, _ in items]
            targets = [{name: value.to(device) for name, value in target.items()} for _, target in items]
            loss = sum(network(images, targets).values())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if rates:
                rates.step()
        by_epoch.step()
    output.mkdir(parents=True)
    return write_package(output, output.name, card, network.state_dict())


def _mirrored(image: torch.Tensor, target: dict[str, torch.Tensor]) -> Item:
    """Mirror a chip (C, h, w) left to right."""
    boxes = target["boxes"].clone()
    boxes[:, [0, 2]] = image.shape[-1] - boxes[:, [2, 0]]
    masks = {"masks": target["masks"].flip(-1)} if "masks" in target else {}
    return image.flip(-1), {**target, "boxes": boxes, **masks}
