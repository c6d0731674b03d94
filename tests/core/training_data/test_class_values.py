import numpy as np
import pytest

from core.errors import InputError
from core.packages.classes import ClassInfo
from core.training_data.class_values import number_classes, safe_names


def texts(*values):
    return np.array(values, object)


@pytest.mark.parametrize(
    ("values", "classes", "positions"),
    [
        (np.array([7, 2, 7]), [(2, "2"), (7, "7")], [1, 0, 1]),
        (np.array([1.0, 3.0]), [(1, "1"), (3, "3")], [0, 1]),  # a nullable integer field without nulls
        (texts("tree", "car", "tree "), [(1, "car"), (2, "tree")], [1, 0, 1]),
        (texts("10", "2", "1"), [(1, "1"), (2, "2"), (10, "10")], [2, 1, 0]),
        (texts("2", "x"), [(1, "2"), (2, "x")], [0, 1]),
        (texts("Bäume", "a/b"), [(1, "Bäume"), (2, "a_b")], [0, 1]),
    ],
)
def test_numbering(values, classes, positions):
    found, where = number_classes(values, "class", "labels")
    assert found == tuple(ClassInfo(*pair) for pair in classes)
    assert where.tolist() == positions


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            texts("a", None, "", "  ", "b"),
            r"3 of 5 features of labels have no value in the class field kind \(number 2, 3, 4\)",
        ),
        (np.array([1.0, np.nan]), "1 of 2 features of labels have no value"),
        (np.array([0, 1]), "holds the value 0; class values are whole numbers from 1 on"),
        (texts("-1", "1"), "holds the value -1"),
        (np.array([1.5, 2.0]), "holds 1.5, which is not a whole number"),
        (np.array([True, False]), "neither whole numbers nor text"),
        (np.array(["2020-01-01"], "datetime64[D]"), "neither whole numbers nor text"),
    ],
)
def test_values_that_are_no_classes(values, text):
    with pytest.raises(InputError, match=text):
        number_classes(values, "kind", "labels")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a/b", "a\\b"], ["a_b", "a_b_2"]),
        (["..", "."], ["_", "__2"]),
        (["CON", "nul.txt", "console"], ["_CON", "_nul.txt", "console"]),
        (["House", "house", "HOUSE"], ["House", "house_2", "HOUSE_3"]),
        (["trailing. ", 'q?"*'], ["trailing", "q___"]),
        (["tree 1.5", "Bäume"], ["tree 1.5", "Bäume"]),
    ],
)
def test_safe_names(names, expected):
    assert safe_names(names) == expected


def test_long_names_stay_different():
    names = safe_names(["x" * 300, "x" * 299])
    assert len(set(names)) == 2 and max(map(len, names)) < 100
