"""One step: the same whatever was before, in parts when memory is short, averaged."""

import copy

import pytest
import torch

from core.device import half_precision
from core.errors import OutOfMemory
from core.jobs import TrainModel
from core.models import build
from core.training.averaging import Average
from core.training.recipe import make_recipe
from core.training.stepping import Stepper
from core.training.team import Team

CPU = torch.device("cpu")


def recipe(**values):
    values = {"input": "a", "output": "b", "learning_rate": 0.01, "optimizer": "SGD", **values}
    return make_recipe(TrainModel.from_values(values), 64, scratch=False)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(1)
    images = [torch.rand(3, 64, 64, generator=generator) for _ in range(4)]
    targets = [{"boxes": torch.tensor([[8.0, 8, 28, 28]]), "labels": torch.tensor([1])} for _ in range(3)]
    return images, [*targets, {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)}]


@pytest.fixture
def network(new_card):
    torch.manual_seed(0)
    return build(new_card())


def weights(network):
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_the_same_seed_gives_the_same_step_whatever_was_drawn_before(network, batch, make_log):
    other = copy.deepcopy(network)
    one, two = (Stepper(net, recipe(), 10, Team(CPU), make_log()) for net in (network, other))
    torch.rand(17)
    first = one.step(*batch, (1, 2, 3))
    torch.rand(5)
    assert torch.equal(first, two.step(*batch, (1, 2, 3)))
    assert torch.equal(weights(network), weights(other))


class Limited(torch.nn.Module):
    """A network on a card that holds so many chips at once; its loss is the mean over the chips."""

    def __init__(self, most):
        super().__init__()
        self.backbone = torch.nn.Linear(3, 2)
        self.most, self.calls = most, []

    def forward(self, images, targets):
        self.calls.append(len(images))
        if len(images) > self.most:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate")
        return {"loss": torch.stack([self.backbone(image.mean((1, 2))).sum() for image in images]).mean()}


def test_a_batch_that_does_not_fit_is_taken_in_parts_with_the_same_result(batch, make_log):
    torch.manual_seed(0)
    whole, limited = Limited(9), Limited(1)
    limited.load_state_dict(whole.state_dict())
    log = make_log()
    expected = Stepper(whole, recipe(), 10, Team(CPU), make_log()).step(*batch, (1,))
    stepper = Stepper(limited, recipe(), 10, Team(CPU), log)
    assert stepper.step(*batch, (1,)) == pytest.approx(float(expected))
    assert torch.allclose(weights(whole), weights(limited))
    assert limited.calls == [4, 2, 1, 1, 1, 1]
    assert "4 parts" in log.text
    stepper.step(*batch, (2,))
    assert limited.calls[6:] == [1, 1, 1, 1]  # it has learned


def test_a_single_chip_that_does_not_fit_is_an_error_with_advice(batch, make_log):
    stepper = Stepper(Limited(0), recipe(), 10, Team(CPU), make_log())
    with pytest.raises(OutOfMemory, match="64 x 64 pixels") as caught:
        stepper.step(*batch, (1,))
    assert "Chip Size" in caught.value.hint


def test_gradients_are_clipped(network, batch, make_log):
    def biases():  # which do not decay
        return torch.cat([parameter.detach() for parameter in network.parameters() if parameter.ndim == 1]).clone()

    before = biases()
    Stepper(network, recipe(gradient_clip=1e-6, learning_rate=1.0), 1, Team(CPU), make_log()).step(*batch, (1,))
    assert 0 < float((biases() - before).norm()) <= 1.01e-6


def test_the_average_follows_the_weights_and_counts_what_counts(network):
    average = Average(network, steps=1000)
    for parameter in network.parameters():
        parameter.data.fill_(0.0)
    average.update(network)
    for _ in range(3):
        for parameter in network.parameters():
            parameter.data.fill_(1.0)
        for name, value in network.named_buffers():
            if name.endswith("num_batches_tracked"):
                value.add_(1)
        average.update(network)
    # weight of the new value at updates 2, 3, 4: 2 / (n + 2)
    expected = 1 - (2 / 4) * (3 / 5) * (4 / 6)
    assert float(weights(average.network).mean()) == pytest.approx(expected, rel=1e-5)
    assert not any(parameter.requires_grad for parameter in average.network.parameters())
    counts = [value for name, value in average.network.named_buffers() if name.endswith("num_batches_tracked")]
    assert all(int(count) == 3 for count in counts)


def test_the_cpu_computes_in_single_precision(network, make_log):
    assert half_precision(CPU) is None
    assert Stepper(network, recipe(), 1, Team(CPU), make_log()).half is None
