import json

import pytest

from core.class_files import read_classes
from core.errors import InputError, ModelError
from core.packages.classes import ClassInfo
from core.training_data.class_table import read_class_table

HOUSE, SHED = ClassInfo(1, "House", (255, 0, 16)), ClassInfo(4, "Shed")


@pytest.fixture
def write(tmp_path):
    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.mark.parametrize(
    "text",
    [
        "value,name,color\n1,House,#ff0010\n4,Shed,\n",
        "value;name;color\r\n4;Shed\r\n\r\n1;House;255,0,16\r\n",
        "Name\tVALUE\tColour\nHouse\t1\t255 0 16\nShed\t4\t\n",
        'note,classvalue,classname,color\nbig,1,House,"255, 0, 16"\nsmall, 4 , Shed ,\n',
        "\ufeffvalue,name,color\n1.0,House,#FF0010\n4,Shed",
    ],
)
def test_tables(write, text):
    assert read_class_table(write("classes.csv", text)) == (HOUSE, SHED)


def test_tables_with_parents_by_value_or_name(write):
    text = "value,name,color,parent\n7,Villa,,House\n1,House,,\n4,Hut,,1\n9,Tree,,0\n"
    classes = read_classes(write("classes.csv", text))
    assert [(item.name, item.parent) for item in classes] == [("Villa", 1), ("House", 0), ("Hut", 1), ("Tree", 0)]
    assert ClassInfo(4, "Hut") == classes[2], "a group makes a class another one"


def test_schemas_keep_their_groups(write):
    content = {"Name": "Land", "Classes": [
        {"Name": "Forest", "Value": 40, "Classes": [
            {"Name": "Evergreen", "Value": 42, "Classes": [{"Name": "Spruce", "Value": 421}]},
            {"Name": "Mixed", "Value": 43}]},
        {"Name": "Towns", "Value": 0, "Classes": [{"Name": "Road", "Value": 22}]}]}  # fmt: skip
    classes = read_classes(write("land.ecs", json.dumps(content)))
    assert [(item.value, item.parent) for item in classes] == [(40, 0), (42, 40), (421, 42), (43, 40), (22, 0)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(write, encoding):
    path = write("classes.csv", "value,name\n1,Bäume\n2,\n".encode(encoding))
    assert read_class_table(path) == (ClassInfo(1, "Bäume"), ClassInfo(2, "2"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", r"classes\.csv has no columns value and name|classes\.csv holds no classes"),
        ("value,name\n", r"classes\.csv holds no classes"),
        ("number,label\n1,a\n", r"classes\.csv has no columns value and name; its first line is 'number,label'"),
        ("value,name\n1,a\nx,b\n", r"Line 3 of classes\.csv has the value 'x', which is not a whole number"),
        ("value,name\n1.5,a\n", r"Line 2 of classes\.csv has the value '1\.5'"),
        ("value,name\n\n1,a,b\n", r"Line 3 of classes\.csv has 3 columns, the first line 2"),
        ("value,name,color\n1,a,red\n", r"Line 2 of classes\.csv has the color 'red'.*#rrggbb"),
        ("value,name,color\n1,a,0 0 256\n", r"has the color '0 0 256'"),
        ("value,name,parent\n1,a,\n2,b,x\n", r"Line 3 of classes\.csv has the parent 'x', which is no class of the table"),
        ("value,name,parent\n1,a,3\n2,b,1\n3,c,2\n", r"Line 2 of classes\.csv has the parent '3', which lies within the class"),
        ("value,name,parent\n1,a,a\n", r"has the parent 'a', which lies within the class itself"),
        ("value,name\n0,a\n1,b\n", r"classes\.csv gives a the value 0; class values are whole numbers from 1 on"),
        ("value,name\n-3,a\n", r"classes\.csv gives a the value -3"),
        ("value,name\n2,a\n2,b\n", r"classes\.csv gives the value 2 to two classes, a and b"),
        ("value,name\n1,a\n2,a\n", r"classes\.csv gives the name a to two classes, 1 and 2"),
        (b"value,name\n1,\x81\x8d\n", r"classes\.csv is not text"),
    ],
)
def test_tables_that_are_none(write, text, error):
    with pytest.raises(InputError, match=error):
        read_class_table(write("classes.csv", text))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.emd", {"Classes": [{"Value": 4, "Name": "Shed"}, {"Value": 1, "Name": "House", "Color": [255, 0, 16]}]}),
        ("old.emd", {"Classes": [{"ClassValue": 1, "ClassName": "House", "Color": [255, 0, 16]},
                                 {"ClassValue": 4, "ClassName": "Shed", "Color": [-1, -1, -1]}]}),
        ("model.emd", {"ModelFile": "x.pth", "Name": "not a class", "Value": 9,
                       "Classes": [{"Value": 0, "Name": "NoData"}, {"Value": 1, "Name": "House", "Color": "#ff0010"},
                                   {"Value": 4, "Name": "Shed"}]}),
        ("schema.ecs", {"Name": "Roofs", "Version": 2, "Classes": [
            {"Name": "Buildings", "Value": 0, "Color": "#ffffff", "Classes": [
                {"Name": "House", "Value": "1", "Color": {"type": "CIMRGBColor", "values": [255, 0, 16, 100]}},
                {"Name": "Shed", "Value": 4, "Classes": []}]}]}),
        ("schema.ecs", [{"name": "House", "value": 1.0, "color": {"Red": 255, "Green": 0, "Blue": 16}},
                        {"CLASSNAME": "Shed", "CLASSVALUE": 4, "COLOR": "?"}]),
        ("schema.ecs", {"all": {"a": {"Name": "House", "Value": 1, "Color": "255,0,16"}, "b": {"Name": "Shed", "Value": 4}}}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_definitions_and_schemas(write, name, content, encoding):
    assert read_class_table(write(name, json.dumps(content).encode(encoding))) == (HOUSE, SHED)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.emd", "{", r"a\.emd is not a class table: it is not JSON"),
        ("a.ecs", "[" * 100_000, r"a\.ecs is not a class table: it is not JSON"),
        ("a.ecs", '{"a":' * 900 + "1" + "}" * 900, r"a\.ecs"),
        ("a.emd", '{"MetaDataMode": "RCNN_Masks"}', r"a\.emd holds no classes"),
        ("a.emd", "[1, 2]", r"a\.emd holds no classes"),
        ("a.ecs", '{"Name": "Roofs", "Value": true}', r"a\.ecs holds no classes"),
        ("a.ecs", '[{"Name": "a", "Value": 0}]', r"a\.ecs gives a the value 0"),
        ("a.txt", "value,name\n1,a", r"a\.txt is not a class table\. A class table is a \.csv"),
    ],
)
def test_files_that_are_none(write, name, content, error):
    with pytest.raises(InputError, match=error):
        read_class_table(write(name, content))


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="There is no class table"):
        read_class_table(tmp_path / "none.csv")


def test_packages(write, shared_data):
    with pytest.raises(ModelError, match=r"broken\.dlpk"):
        read_class_table(write("broken.dlpk", b"PK"))
    for package in sorted((shared_data / "esri-models").rglob("*.dlpk")):
        classes = read_class_table(package)
        assert classes and [item.value for item in classes] == sorted(item.value for item in classes)


def test_real_exports(shared_data):
    (palm,) = read_class_table(shared_data / "esri-exports" / "palm-voc" / "esri_model_definition.emd")
    assert palm.value == 1
