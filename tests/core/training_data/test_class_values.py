import numpy as np
import pytest

from core.errors import InputError
from core.packages.classes import ClassInfo
from core.training_data.class_values import SINGLE_CLASS, ClassValues, coloured, has_gaps, safe_names

TABLE = (ClassInfo(1, "House"), ClassInfo(3, "shed"), ClassInfo(7, "house"), ClassInfo(9, "a_b"))


def texts(*values):
    return np.array(values, object)


def of(values, names=None):
    return ClassValues.of(values, "the class field kind of labels.gpkg", None if names is None else texts(*names))


def pairs(classes):
    return [(item.value, item.name) for item in classes]


# -- by themselves ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "names", "classes", "positions"),
    [
        (np.array([7, 2, 7]), None, [(2, "2"), (7, "7")], [1, 0, 1]),
        (np.array([7, 2, 7]), ["b", "a", "b"], [(2, "a"), (7, "b")], [1, 0, 1]),
        (np.array([7, 2, 7]), [None, " ", "b "], [(2, "2"), (7, "b")], [1, 0, 1]),  # one name is enough
        (np.array([10, 9]), None, [(9, "9"), (10, "10")], [1, 0]),
        (np.array([1.0, 3.0]), None, [(1, "1"), (3, "3")], [0, 1]),  # a nullable integer field without nulls
        (texts("tree", "car", "tree "), None, [(1, "car"), (2, "tree")], [1, 0, 1]),
        (texts("T", "C", "T"), ["tree", "car", "tree"], [(1, "car"), (2, "tree")], [1, 0, 1]),
        (texts("10", "2", "1"), None, [(1, "1"), (2, "2"), (10, "10")], [2, 1, 0]),
        (texts("007", "7", "+7"), None, [(7, "7")], [0, 0, 0]),
        (texts("2", "x"), None, [(1, "2"), (2, "x")], [0, 1]),
    ],
)
def test_numbering(values, names, classes, positions):
    found, where = of(values, names).numbered()
    assert pairs(found) == classes
    assert where.tolist() == positions


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            texts("a", None, "", "  ", "b"),
            r"3 of 5 objects have no value in the class field kind of labels\.gpkg \(number 2, 3, 4\)",
        ),
        (np.array([1.0, np.nan]), "1 of 2 objects have no value"),
        (np.array([0, 1]), r"The class field kind of labels\.gpkg holds the value 0; class values are whole numbers from 1 on"),
        (texts("-1", "1"), "holds the value -1"),
        (np.array([1.5, 2.0]), "holds 1.5, which is not a whole number"),
        (np.array([True, False]), "neither whole numbers nor text"),
        (np.array(["2020-01-01"], "datetime64[D]"), "neither whole numbers nor text"),
    ],
)
def test_values_that_are_no_classes(values, text):
    with pytest.raises(InputError, match=text):
        of(values).numbered()
    with pytest.raises(InputError, match=text):
        of(values).added_to([ClassInfo(50, "fifty")], "the model")


def test_a_value_with_two_names():
    with pytest.raises(InputError, match=r"The value 4 in the class field kind of labels\.gpkg has two names: hut and barn"):
        of(np.array([4, 4, 4]), ["hut", None, "barn"])


# -- in a table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "names", "positions", "others"),
    [
        (np.array([3, 1, 7]), None, [1, 0, 2], ""),
        (texts("3", "1.0", "shed"), None, [1, -1, 1], "1.0 (1)"),
        (texts("house", "House", "HOUSE", "Shed"), None, [2, 0, 0, 1], ""),  # letter by letter first
        (texts("a/b", "A\\B"), None, [3, 3], ""),  # as a name that was a folder's once
        (np.array([40, 41, 3, 41, 41]), None, [-1, -1, 1, -1, -1], "41 (3), 40 (1)"),
        (np.array([40, 3]), ["house", "shed"], [2, 1], ""),  # by the name when the value is not there
        (np.array([3, 3]), ["hut", None], [1, 1], ""),  # a name that the table does not know: the value says it
        (texts("shed", None), None, [1, -1], "no class (1)"),
        (np.array([3.0, np.nan]), None, [1, -1], "no class (1)"),
        (np.array([3, 0, -5]), None, [1, -1, -1], "-5 (1), 0 (1)"),
    ],
)
def test_classes_of_a_table(values, names, positions, others):
    found, words = of(values, names).matched(TABLE, "classes.csv")
    assert found.tolist() == positions
    assert words == others


def test_no_class_in_the_table():
    with pytest.raises(
        InputError,
        match=r"No object has a class of classes\.csv: the class field kind of labels\.gpkg holds 4, barn; "
        r"classes\.csv has 1 House, 3 shed, 7 house, 9 a_b\.",
    ):
        of(texts("barn", "4")).matched(TABLE, "classes.csv")
    with pytest.raises(InputError, match=r"holds 10, 11, .*, 19 and 10 more; classes"):
        of(np.array([str(value) for value in range(10, 30)], object)).matched(TABLE, "classes.csv")


def test_value_and_name_of_two_classes():
    with pytest.raises(
        InputError, match=r"The value 1 in .* is named shed, but in classes\.csv 1 is House and shed has the value 3"
    ):
        of(np.array([1, 1]), ["shed", "shed"]).matched(TABLE, "classes.csv")


# -- after those of a model ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "names", "classes", "positions", "new"),
    [
        (texts("Roof", "car"), None, [(2, "car"), (5, "roof")], [1, 0], []),
        (texts("van", "car", "bus"), None, [(2, "car"), (5, "roof"), (6, "bus"), (7, "van")], [3, 0, 2], ["bus", "van"]),
        (np.array([3, 5, 9]), None, [(2, "car"), (3, "3"), (5, "roof"), (9, "9")], [1, 2, 3], ["3", "9"]),
        (np.array([3, 1]), ["hut", "ROOF"], [(2, "car"), (3, "hut"), (5, "roof")], [1, 2], ["hut"]),
    ],
)
def test_new_classes_come_after_known_ones(values, names, classes, positions, new):
    found, where, added = of(values, names).added_to((ClassInfo(2, "car"), ClassInfo(5, "roof")), "the model")
    assert (pairs(found), where.tolist(), added) == (classes, positions, new)


# -- names and colours --------------------------------------------------------------------------------------------------


def test_colours_are_distinct_and_stay():
    some = coloured([ClassInfo(1, "a"), ClassInfo(2, "b", (255, 212, 0)), ClassInfo(3, "c")], {3: (1, 2, 3)})
    assert [item.color for item in some] == [(0, 213, 255), (255, 212, 0), (1, 2, 3)]
    many = coloured([ClassInfo(value, str(value)) for value in range(1, 21)])
    assert len({item.color for item in many}) == 20
    assert coloured(many[:4]) == many[:4]
    assert all(min(item.color) >= 0 for item in coloured([ClassInfo(value, "") for value in range(99)]))
    assert coloured([SINGLE_CLASS])[0].color


@pytest.mark.parametrize(("values", "gaps"), [([1, 2, 3], False), ([1], False), ([2], True), ([1, 3], True)])
def test_gaps(values, gaps):
    assert has_gaps([ClassInfo(value, "") for value in values]) is gaps


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
