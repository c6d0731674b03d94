"""How training chips are changed at random: the names of the table Augmentation Parameters, and the presets."""

from __future__ import annotations

from typing import Any

from .arguments import Argument

AUGMENTATIONS: tuple[Argument, ...] = (
    Argument("dihedral", "Turn by quarter turns and mirror, in map space.", 0, maximum=1, whole=True),
    Argument("scale", "Zoom at random between these two factors.", None, minimum=0.1, maximum=10, count=(2, 2)),
    Argument("rotate", "Turn by up to so many degrees either way.", 0, maximum=180),
    Argument("crop", "Cut to at most this share of the chip's side, at a random place.", 1, minimum=0.2, maximum=1),
    Argument("brightness", "Multiply by 1 plus or minus up to this.", 0, maximum=0.9),
    Argument("contrast", "Stretch about the mean by 1 plus or minus up to this.", 0, maximum=0.9),
    Argument("color", "Multiply each band by 1 plus or minus up to this.", 0, maximum=0.9),
    Argument("blur", "Blur with a Gaussian of up to this standard deviation, pixels.", 0, maximum=10),
    Argument("noise", "Add noise of up to this standard deviation, as a share of the range of the pixels.", 0, maximum=0.5),
    Argument("copy_paste", "Share of the chips that get objects of another chip pasted in.", 0, maximum=1),
)

PRESETS: dict[str, dict[str, Any]] = {
    "NONE": {},
    "LIGHT": {"dihedral": 1},
    "DEFAULT": {"dihedral": 1, "scale": (0.75, 1.333), "brightness": 0.2, "contrast": 0.2, "color": 0.05},
    "HEAVY": {
        "dihedral": 1, "scale": (0.5, 2.0), "rotate": 15, "brightness": 0.35, "contrast": 0.35, "color": 0.15, "blur": 1.0,
        "noise": 0.02, "copy_paste": 0.3,
    },
}  # fmt: skip
