"""All that is known of a training before its first step."""

from __future__ import annotations

from dataclasses import dataclass

from ..jobs import TrainModel
from ..packages import ModelCard, Package
from .data.chips import Chips
from .data.split import Split
from .data.survey import Survey
from .recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """What is trained, with what, and how.

    Attributes:
        job: what the user asked for.
        package: that is fine-tuned; None for a new model.
        card: of the model that will be.
        chips: the training set.
        seen: what a look at all chips has shown.
        split: which chips are for what.
        recipe: how; its batch size and learning rate are 0 as long as they are not found.
    """

    job: TrainModel
    package: Package | None
    card: ModelCard
    chips: Chips
    seen: Survey
    split: Split
    recipe: Recipe

    def steps(self, processes: int) -> int:
        """Return the number of steps of the whole training."""
        return self.recipe.epochs * -(-len(self.split.training) // (self.recipe.batch_size * processes))
