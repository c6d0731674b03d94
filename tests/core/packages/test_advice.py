"""What a package advises for export and detection."""

from dataclasses import replace

import pytest

from core.packages.advice import advice, model_kind


@pytest.mark.parametrize(
    ("name", "esri_type", "expected"),
    [
        ("MaskRCNN", "", "RCNN_Masks"),
        ("FasterRCNN", "", "PASCAL_VOC_rectangles"),
        ("RetinaNet", "", "PASCAL_VOC_rectangles"),
        ("UnetClassifier", "", "Classified_Tiles"),
        ("FeatureClassifier", "", "Labeled_Tiles"),
        ("CycleGAN", "", None),
        ("SomethingNew", "", None),
        ("SomethingNew", "InstanceDetection", "RCNN_Masks"),
        ("SomethingNew", "ObjectDetection", "PASCAL_VOC_rectangles"),
        ("SomethingNew", "ImageClassification", "Classified_Tiles"),
    ],
)
def test_the_metadata_format(card, name, esri_type, expected):
    changed = replace(card, model_type=name, definition={"ModelType": esri_type})
    assert advice(changed).metadata_format == expected
    assert model_kind(changed).title


def test_the_numbers(card):
    advised = advice(replace(card, tile_size=250))
    assert (advised.tile_size, advised.stride, advised.padding, advised.threshold) == (250, 125, 62, 0.42)
    assert (advised.cell_size, advised.crs_wkt) == (card.cell_size, card.crs_wkt)
    assert (advised.bands, advised.classes) == (card.bands, card.classes)
