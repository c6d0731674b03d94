import pytest

from core.errors import InvalidParameter
from core.jobs import TrainModel
from core.jobs.model_arguments import BACKBONES_OF, MODEL_ARGUMENTS, misfit, parse_model_arguments
from core.jobs.train_model import BACKBONES, MODEL_TYPES


def test_every_model_type_has_arguments_with_help_and_limits():
    assert set(MODEL_ARGUMENTS) == set(MODEL_TYPES)
    for kind, arguments in MODEL_ARGUMENTS.items():
        names = [argument.name for argument in arguments]
        assert len(set(names)) == len(names) > 5
        for argument in arguments:
            assert argument.help.endswith(".")
            assert argument.maximum < float("inf")
            if argument.default is not None:
                text = str(argument.default)
                assert argument.parse(text, "x") == argument.default
        assert not misfit(kind, {argument.name: argument.default for argument in arguments})
    assert set(BACKBONES_OF["SSDlite"]) < set(BACKBONES)


def test_values_are_parsed_and_lists_stay_lists():
    given = {"anchor_sizes": "8 16 32, 64; 128", "Box_Nms_Thresh": "0.3", "rpn_post_nms_top_n_test": "12", "version": ""}
    assert parse_model_arguments("FasterRCNN", given) == {
        "anchor_sizes": [8, 16, 32, 64, 128], "box_nms_thresh": 0.3, "rpn_post_nms_top_n_test": 12,
    }  # fmt: skip
    assert parse_model_arguments("SSDlite", None) == {}


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("MaskRCNN", {"pointrend": "1"}, "MaskRCNN knows no 'pointrend'"),
        ("FasterRCNN", {"mask_channels": "64"}, "FasterRCNN knows no 'mask_channels'"),
        ("FasterRCNN", {"anchor_sizes": "8 16"}, "anchor_sizes is '8 16'; it must be 5 numbers"),
        ("FasterRCNN", {"anchor_sizes": "8 16 12 64 128"}, "anchor_sizes are 8 16 12 64 128, which do not rise"),
        ("FasterRCNN", {"version": "3"}, "version is '3'"),
        ("FasterRCNN", {"rpn_bg_iou_thresh": "0.9"}, "rpn_bg_iou_thresh is 0.9, more than rpn_fg_iou_thresh, 0.7"),
        ("FasterRCNN", {"box_bg_iou_thresh": "0.6"}, "box_bg_iou_thresh is 0.6, more than box_fg_iou_thresh, 0.5"),
        ("RetinaNet", {"fg_iou_thresh": "0.3"}, "bg_iou_thresh is 0.4, more than fg_iou_thresh, 0.3"),
        ("RetinaNet", {"pyramid_channels": "100"}, "pyramid_channels is 100, no multiple of 32"),
        ("FCOS", {"anchor_sizes": "1 2 3 4 5"}, "FCOS knows no 'anchor_sizes'"),
        ("SSDlite", {"positive_fraction": "0"}, "positive_fraction is '0'"),
    ],
)
def test_bad_arguments_are_named(tmp_path, kind, given, text):
    with pytest.raises(InvalidParameter) as caught:
        parse_model_arguments(kind, given)
    assert text in caught.value.message and caught.value.hint
    job = TrainModel.from_values({"input": str(tmp_path), "output": "o", "model_type": kind, "model_arguments": given})
    with pytest.raises(InvalidParameter):
        job.check()
