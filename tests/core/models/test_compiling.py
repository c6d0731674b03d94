"""A backbone that is compiled, or not."""

import pytest
import torch

from core.models import build
from core.models.compiling import compile_backbone


@pytest.fixture
def network(new_card):
    return build(new_card()).eval()


def pretend(monkeypatch, part, call):
    """Let ``part.compile()`` put ``call`` in place of what the part does."""
    monkeypatch.setattr(part, "compile", lambda: setattr(part, "_compiled_call_impl", call))


def test_one_that_cannot_be_compiled_stays_as_it_is(network, monkeypatch):
    def broken(*given, **named):
        raise RuntimeError("no C compiler\nand more")

    pretend(monkeypatch, network.backbone.body, broken)
    for learning in (False, True):
        assert compile_backbone(network, torch.rand(1, 3, 64, 64), None, learning) == "no C compiler"
    network([torch.rand(3, 64, 64)])


def test_one_that_can_is_used(network, monkeypatch):
    part, calls = network.backbone.body, []

    def compiled(images):
        calls.append(images.shape)
        return part._call_impl(images)

    pretend(monkeypatch, part, compiled)
    assert compile_backbone(network, torch.rand(1, 3, 64, 64), None, learning=False) == ""
    network([torch.rand(3, 64, 96)])
    assert [tuple(shape) for shape in calls] == [(1, 3, 64, 64), (1, 3, 64, 96)]


def test_without_a_backbone(network):
    assert "no part" in compile_backbone(torch.nn.Linear(2, 2), torch.rand(1, 3, 8, 8), None, learning=False)
