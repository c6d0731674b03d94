import pytest
import torch

from core.models import build
from core.training.loop import losses_and_detections, schedule


def test_the_rate_rises_and_falls():
    share = schedule(1000)
    values = [share(step) for step in range(1000)]
    assert values[0] == pytest.approx(0.01)
    assert max(values) == values[100] == pytest.approx(1, abs=0.01)
    assert values[-1] == pytest.approx(0.01, abs=1e-3)
    assert all(0 < value <= 1 for value in [*values, share(5000), schedule(1)(0), schedule(1)(1)])


def test_one_pass_gives_the_loss_of_training_and_the_objects_of_evaluation(new_card):
    network = build(new_card("MaskRCNN"))
    images = [torch.rand(3, 64, 64) for _ in range(2)]
    target = {"boxes": torch.tensor([[5.0, 5, 30, 30]]), "labels": torch.tensor([1]), "masks": torch.ones(1, 64, 64)}
    with torch.no_grad():
        torch.manual_seed(3)
        loss, found = losses_and_detections(network, images, [target, target])
        expected_found = network.eval()(images)
        torch.manual_seed(3)
        expected = sum(network.train()(images, [target, target]).values())
    assert loss == pytest.approx(float(expected), rel=1e-4)
    for one, other in zip(found, expected_found, strict=True):
        assert torch.equal(one["boxes"], other["boxes"])
        assert torch.equal(one["masks"], other["masks"])
