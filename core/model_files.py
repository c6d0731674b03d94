"""Which file a model package is, when its folder was named. Standard library only: the plugin asks as well."""

from __future__ import annotations

from pathlib import Path

from .errors import ModelError

TRAINING_DATA = "esri_model_definition.emd"  # what ArcGIS calls the description of training data, which is no model


def model_file(path: str | Path) -> Path:
    """Return the ``.emd`` or ``.dlpk`` of a model.

    Args:
        path: the file itself; or a folder with one ``.emd``, else with one ``.dlpk``. Tools that train leave both, and they
            are the same model.

    Raises:
        ModelError: there is no such file, or the folder holds none or several.
    """
    path = Path(path)
    try:
        if path.is_file():
            return path
        if not path.is_dir():
            raise ModelError(f"There is no model package {path}.", "Check the path.")
        files = sorted(file for file in path.iterdir() if file.is_file())
    except (OSError, ValueError) as error:
        raise ModelError(f"The model package {str(path)!r} cannot be opened: {error}.", "Check the path.") from error
    for ending in (".emd", ".dlpk"):
        found = [file for file in files if file.suffix.lower() == ending]
        found = [file for file in found if file.name.lower() != TRAINING_DATA] or found
        if len(found) > 1:
            names = ", ".join(file.name for file in found[:5])
            raise ModelError(f"The folder {path} holds {len(found)} models ({names}).", "Choose one of these files.")
        if found:
            return found[0]
    raise ModelError(
        f"The folder {path} holds no model: it has neither an .emd nor a .dlpk file.",
        "Choose the .dlpk or .emd file of a trained model, or the folder that holds it.",
    )
