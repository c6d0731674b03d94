import pytest
import torch

from core.models.adapting import adapt_bands, load_matching

RGB = ("Red", "Green", "Blue")
WEIGHT = torch.tensor([3.0, 6.0, 12.0]).reshape(1, 3, 1, 1)  # red, green, blue; their mean is 7


@pytest.mark.parametrize(
    ("want", "expected"),
    [
        (RGB, [3, 6, 12]),
        (("red", "g", "B"), [3, 6, 12]),
        (("", "", ""), [3, 6, 12]),
        (("Blue", "Green", "Red"), [12, 6, 3]),
        (("Infrared", "Red", "Green"), [7, 3, 6]),
        ((*RGB, "Infrared"), [x * 3 / 4 for x in (3, 6, 12, 7)]),
        (("", "", "", ""), [x * 3 / 4 for x in (3, 6, 12, 7)]),
        (("Blue", "Green"), [18, 9]),
        (("Panchromatic",), [21]),
    ],
)
def test_bands_keep_the_weights_of_their_name(want, expected):
    assert adapt_bands(WEIGHT, RGB, want).flatten().tolist() == pytest.approx(expected)


def test_other_names_are_matched_too():
    weight = torch.tensor([1.0, 2.0]).reshape(1, 2, 1, 1)
    assert adapt_bands(weight, ("VV", "VH"), ("VH", "vv")).flatten().tolist() == [2, 1]


@pytest.mark.parametrize(
    "want", [("Blue", "Red", "Green"), (*RGB, "Infrared"), ("Panchromatic",), ("x", "y"), ("", "", "", "", "")]
)
def test_a_grey_image_gives_about_the_same_answer(want):
    assert adapt_bands(WEIGHT, RGB, want).sum() == pytest.approx(21, rel=0.2)


def test_fresh_layers_stay_and_all_others_must_fit():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 3))
    before = network[1].weight.clone()
    donor = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 7))
    load_matching(network, donor.state_dict(), ("1.",))
    assert torch.equal(network[0].weight, donor[0].weight)
    assert torch.equal(network[1].weight, before)
    with pytest.raises(RuntimeError, match="size mismatch"):
        load_matching(network, donor.state_dict(), ("0.",))
