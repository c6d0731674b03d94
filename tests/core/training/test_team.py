"""What several processes share."""

import pytest
import torch

from core.training.team import Team, from_torchrun


def team(rank, size):
    return Team(torch.device("cpu"), rank, size)


@pytest.mark.parametrize(("count", "batch", "size"), [(12, 2, 3), (13, 2, 3), (1, 4, 2), (7, 4, 4), (64, 8, 1), (5, 1, 2)])
def test_every_number_is_dealt_and_all_have_the_same_work(count, batch, size):
    hands = [team(rank, size).deal(list(range(count)), batch) for rank in range(size)]
    assert len({len(hand) for hand in hands}) == 1
    assert {number for hand in hands for number in hand} == set(range(count))
    assert sum(map(len, hands)) < count + size


def test_a_batch_of_two_is_the_double_batch_of_one():
    whole = list(range(16))
    one, other = (team(rank, 2).deal(whole, 4) for rank in (0, 1))
    for start in range(0, 8, 4):
        assert one[start : start + 4] + other[start : start + 4] == whole[2 * start : 2 * start + 8]


def test_alone_everything_is_as_it_is():
    alone = team(0, 1)
    network = torch.nn.Linear(1, 1)
    assert alone.wrap(network) is network
    assert alone.gather("a") == ["a"]
    assert alone.share("b") == "b"
    assert alone.first
    assert float(alone.mean(torch.tensor(3.0))) == 3


def test_torchrun_is_known_by_its_environment(monkeypatch):
    assert from_torchrun() is None
    values = {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert from_torchrun() == (1, 1, 2)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert from_torchrun() is None
