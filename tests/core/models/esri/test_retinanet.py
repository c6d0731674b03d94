import math

import pytest
import torch

from core.models import build
from core.models.esri.retinanet import anchors, decode
from core.packages import IMAGENET, ClassInfo, ModelCard, Normalisation


@pytest.fixture
def card():
    return ModelCard(
        model_type="RetinaNet", backbone="resnet18", classes=(ClassInfo(2, "a"), ClassInfo(5, "b")), bands=(0, 1, 2),
        band_names=("", "", ""), dtype="uint8", tile_size=64, normalisation=IMAGENET, layout="esri", origin="esri",
    )  # fmt: skip


def test_anchors_stand_in_the_middle_of_their_cells():
    found = anchors([(2, 4), (1, 1)], [(1.0, 1.0), (math.sqrt(2), math.sqrt(0.5))])
    assert found.shape == ((8 + 1) * 2, 4)
    assert found[0].tolist() == pytest.approx([0.25, 0.125, 4 / 2, 4 / 4])  # y, x, height, width
    assert found[1].tolist() == pytest.approx([0.25, 0.125, 4 / 2 * math.sqrt(2), 4 / 4 * math.sqrt(0.5)])
    assert found[2, :2].tolist() == pytest.approx([0.25, 0.375])
    assert found[8, :2].tolist() == pytest.approx([0.75, 0.125])
    assert found[16].tolist() == pytest.approx([0.5, 0.5, 4, 4])


def test_the_numbers_that_move_the_centre_stretch_the_sides_too():
    at = torch.tensor([[0.5, 0.4, 0.2, 0.1]])
    boxes = decode(torch.tensor([[5.0, -3.0, 99.0, 99.0]]), at)
    y, x = 0.5 + 0.2 * 0.5, 0.4 - 0.1 * 0.3
    height, width = 0.2 * math.exp(0.5), 0.1 * math.exp(-0.3)
    assert boxes[0].tolist() == pytest.approx([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def test_boxes_end_at_the_edges_of_the_chip():
    assert decode(torch.zeros(1, 4), torch.tensor([[0.0, 1.0, 0.5, 0.5]]))[0].tolist() == [0.75, 0, 1, 0.25]


def test_what_lies_wholly_outside_is_left_out(card):
    network = build(card).eval()
    found = network._keep(torch.tensor([[0.9, 0.1], [0.2, 0.8]]), torch.tensor([[5.0, 0, 5, 9], [0, 0, 9, 9]]))
    assert found["labels"].tolist() == [2]


def test_suppression_is_across_classes(card):
    network = build(card).eval()
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]])
    found = network._keep(torch.tensor([[0.6, 0.1], [0.2, 0.8], [0.04, 0.01]]), boxes)
    assert (found["labels"].tolist(), found["scores"].tolist()) == ([2], pytest.approx([0.8]))


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_images_of_any_size_keep_it(card, backbone):
    torch.manual_seed(0)
    network = build(ModelCard(**{**vars(card), "backbone": backbone})).eval()
    network.score_thresh = 0.0
    network.classifier[4].bias.data.zero_()
    with torch.no_grad():
        found = network([torch.rand(3, 64, 64), torch.rand(3, 33, 130), torch.rand(3, 5, 7), torch.rand(3, 64, 64)])
    assert len(found) == 4
    for result, (height, width) in zip(found, [(64, 64), (33, 130), (5, 7), (64, 64)], strict=True):
        assert len(result["scores"]) > 0 and (result["scores"].diff() <= 0).all()
        assert (result["boxes"] >= 0).all()
        assert (result["boxes"] <= torch.tensor([width, height, width, height])).all()


def test_statistics_are_taken_off_inside(card):
    numbers = Normalisation("statistics", mean=(0.5,) * 4, std=(0.1,) * 4, minimum=(0.0,) * 4, maximum=(9.0,) * 4)
    four = ModelCard(**{**vars(card), "bands": (0, 1, 2, 3), "band_names": ("",) * 4, "normalisation": numbers})
    network, seen = build(four).eval(), []
    network.encoder[0].register_forward_pre_hook(lambda layer, values: seen.append(values[0]))
    with torch.no_grad():
        network([torch.full((4, 64, 64), 0.7)])
    assert torch.allclose(seen[0], torch.tensor(2.0))
