import pytest
import torch

from core.errors import ModelError
from core.models.adapting import adapt_bands, load_fitting

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


FOUR = (*RGB, "Infrared")


def test_red_stands_for_unknown_bands():
    assert adapt_bands(WEIGHT, RGB, FOUR, "RED_BAND").flatten().tolist() == pytest.approx([x * 3 / 4 for x in (3, 6, 12, 3)])
    assert adapt_bands(WEIGHT, ("Blue", "Green", "Red"), ("x",), "RED_BAND").flatten().tolist() == pytest.approx([36])
    assert adapt_bands(WEIGHT, ("VV", "VH", "HV"), ("VH", "x"), "RED_BAND").flatten().tolist() == pytest.approx([9, 4.5])


def test_unknown_bands_at_random_leave_the_others_as_they_are():
    weight = torch.randn(64, 3, 3, 3) + 5
    new = adapt_bands(weight, RGB, FOUR, "RANDOM")
    assert torch.equal(new[:, :3], weight)
    assert new[:, 3].mean() == pytest.approx(0, abs=0.2)
    assert new[:, 3].std() == pytest.approx(float(weight.std()), rel=0.1)
    assert not torch.equal(new[:, 3], adapt_bands(weight, RGB, FOUR, "RANDOM")[:, 3])


def test_all_bands_at_random_keep_nothing_unless_they_are_the_same():
    weight = torch.randn(8, 3, 3, 3) + 5
    assert adapt_bands(weight, RGB, FOUR, "ALL_RANDOM").mean() == pytest.approx(0, abs=0.5)
    assert torch.equal(adapt_bands(weight, RGB, RGB, "ALL_RANDOM"), weight)


def test_fresh_layers_stay_and_others_that_do_not_fit_are_named():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 3))
    before = network[1].weight.clone()
    donor = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 7)).state_dict()
    assert load_fitting(network, donor, ("1.",)) == []
    assert torch.equal(network[0].weight, donor["0.weight"])
    assert torch.equal(network[1].weight, before)
    assert load_fitting(network, donor, ("0.",)) == ["1.weight", "1.bias"]
    assert torch.equal(network[1].weight, before)


@pytest.mark.parametrize("change", [{"0.bias": None}, {"2.weight": torch.ones(1)}])
def test_weights_of_another_network_are_refused(change):
    network = torch.nn.Sequential(torch.nn.Linear(2, 2))
    state = {name: value for name, value in {**network.state_dict(), **change}.items() if value is not None}
    with pytest.raises(ModelError, match=f"of another network: .*{next(iter(change))}"):
        load_fitting(network, state, ())
