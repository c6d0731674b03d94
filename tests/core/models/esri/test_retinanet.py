import math

import pytest
import torch
from torchvision.ops import box_iou

from core.models import build, losses_and_detections
from core.models.esri.retinanet import anchors, decode
from core.models.esri.retinanet import shapes as retinanet_shapes
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


FULL = {"boxes": torch.tensor([[10.0, 12, 40, 44], [30, 30, 38, 38]]), "labels": torch.tensor([1, 2])}
EMPTY = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)}


def test_losses_and_detections_come_from_one_pass(card):
    network, passes = build(card).eval(), []
    network.encoder[0].register_forward_hook(lambda *_: passes.append(1))
    images, targets = [torch.rand(3, 64, 64), torch.rand(3, 64, 64)], [FULL, EMPTY]
    with torch.no_grad():
        losses, found = losses_and_detections(network, images, targets)
        assert len(passes) == 1
        expected, wanted = network.train()(images, targets), network.eval()(images)
    assert {name: float(value) for name, value in losses.items()} == pytest.approx(
        {name: float(value) for name, value in expected.items()}
    )
    assert all(torch.equal(one["boxes"], other["boxes"]) for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("targets", [[EMPTY, EMPTY], [FULL, EMPTY], [FULL, FULL]], ids=["none", "some", "all"])
def test_chips_with_and_without_objects_teach(card, targets):
    network = build(card).train()
    losses = network([torch.rand(3, 64, 64), torch.rand(3, 33, 96)], targets)
    sum(losses.values()).backward()
    assert losses.keys() == {"classification", "bbox_regression"}
    for head, needed in ((network.classifier, True), (network.box_regressor, targets[0] is FULL)):
        gradient = head[-1].weight.grad
        assert torch.isfinite(gradient).all()
        assert bool(gradient.abs().sum() > 0) == needed
    unread = network.box_regressor[-1].weight.grad.reshape(9, 4, -1)[:, 2:]
    assert unread.abs().sum() == 0  # the numbers that the decoding does not read


def test_images_of_several_sizes_weigh_alike(card):
    network = build(card).eval()
    one, other = torch.rand(3, 64, 64), torch.rand(3, 33, 96)
    with torch.no_grad():
        network.train()
        apart = [network([image], [target]) for image, target in ((one, FULL), (other, EMPTY))]
        together = network([one, other], [FULL, EMPTY])
    for name, value in together.items():
        assert value == pytest.approx(float(apart[0][name] + apart[1][name]) / 2, rel=1e-4)


def test_it_learns_to_find_a_square(card):
    """Sides follow from the numbers that move the centre; still the box that comes out meets the label."""
    torch.manual_seed(1)
    network = build(ModelCard(**{**vars(card), "classes": (ClassInfo(1, "a"),)})).train()
    image = torch.rand(3, 64, 64) * 0.2
    image[:, 18:41, 22:46] = 1
    target = {"boxes": torch.tensor([[22.0, 18, 46, 41]]), "labels": torch.tensor([1])}
    optimizer = torch.optim.AdamW([weight for weight in network.parameters() if weight.requires_grad], 1e-3)
    for _ in range(20):
        optimizer.zero_grad()
        sum(network([image], [target]).values()).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    with torch.no_grad():
        best = network.eval()([image])[0]
    assert best["scores"][0] > 0.3
    assert box_iou(best["boxes"][:1], target["boxes"]) > 0.7


def test_the_shapes_of_its_anchors_are_known(card):
    shapes = retinanet_shapes(card)
    at = anchors([(8, 16)], [(h, w) for w, h in (shapes[:9] / 32).tolist()]) * torch.tensor([64, 128, 64, 128])
    assert torch.allclose(at[:9, [3, 2]], torch.tensor(shapes[:9], dtype=torch.float32), atol=1e-3)
    assert shapes[0].tolist() == pytest.approx([32 / math.sqrt(0.5), 32 * math.sqrt(0.5)])
    assert len(shapes) == 45
