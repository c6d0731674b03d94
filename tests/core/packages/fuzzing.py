"""What the readers of packages are shown that nobody wrote: odd values for every key, and files with bytes changed.

``KESTREL_FUZZ=20000 pytest tests/core/packages/test_fuzz.py`` looks further than a test run does.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from core.packages.advice import advice, model_kind
from tests.core.packages.conftest import ESRI

EXAMPLES = int(os.environ.get("KESTREL_FUZZ", "60"))
fuzz = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True, database=None
)  # fmt: skip

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([
        "", " ", "e.g. 256", "[0, 1]", '{"x": 1, "y": 2}', "1e999", "NaN", "-1", "0x10", "1_000", "true", "9" * 5000, "\ud83d",
        "\0", "..", "../x.pth", "C:\\x.pth", "/etc/passwd", "\\\\server\\share", "model.pth", "MODEL.PTH", "./model.pth", "Red",
        "[" * 2000, "MaskRCNN", "FasterRCNN", "RetinaNet", "UnetClassifier", "PROJCS[", "EPSG:4326", "#ff0000", "wkt",
        "imagenet", "statistics",
    ]),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 300), st.floats(), st.sampled_from([2**31, 2**63, 10**400, -(10**400), 1e308, 5e-324, 3857, 102100, 4326])
)
KEYS = st.sampled_from([
    "Value", "Name", "Color", "ClassValue", "ClassName", "x", "y", "spatialReference", "wkid", "latestWkid", "wkt", "backbone",
    "BandNames", "band_min_values", "band_max_values", "scaled_mean_values", "scaled_std_values", "AP50", "log", "versions",
    "AP50_per_class", "number", "ap50", "value", "name", "color", "kind", "mean", "std", "minimum", "maximum",
])  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.one_of(KEYS, TEXTS), inner, max_size=5)),
    max_leaves=12,
)
ESRI_KEYS = st.sampled_from([
    *ESRI, "MaxCellSize", "NormalizationStats", "IsMultispectral", "Bands", "InputRastersProps", "MaskRCNNkwargs", "Kwargs",
    "average_precision_score", "accuracy", "per_class_metrics", "monitored_valid_loss", "ArcGISLearnVersion", "Kestrel",
    "Description", "resize_to", "LearningRate", "MetaDataMode",
])  # fmt: skip
CHANGES = st.dictionaries(ESRI_KEYS, VALUES, max_size=5)

Edit = tuple[str, int, bytes]
WAYS = st.sampled_from(["put", "insert", "cut", "drop", "copy"])
EDITS = st.lists(st.tuples(WAYS, st.integers(0, 2**20), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """Change a file, most of all near its end, where a zip keeps its list of members."""
    for how, place, value in edits:
        at = place % (len(data) + 1)
        if place % 3 == 0:
            at = max(len(data) - place // 3 % 400, 0)
        if how == "put":
            data = data[:at] + value + data[at + len(value) :]
        elif how == "insert":
            data = data[:at] + value + data[at:]
        elif how == "cut":
            data = data[:at]
        elif how == "drop":
            data = data[:at] + data[at + 16 * len(value) :]
        else:
            data = data[:at] + data[at // 2 : at // 2 + 50 * len(value)] + data[at:]
    return data


def look_at(package):
    """Use everything that a description is used for: the advice, the outputs and the page."""
    from core.model_information.describe import outputs
    from core.model_information.findings import Findings
    from core.model_information.report import report_html

    card = package.card
    found = Findings(package, model_kind(card), advice(card), "", None, ())
    report_html(found).encode()
    for value in outputs(found).values():
        assert isinstance(value, (str, int, float))
        str(value).encode()
