"""What is found out about a model package, by trying: whether its weights are whole and fit, and what it can be used for."""

from __future__ import annotations

from dataclasses import dataclass

from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import ModelError
from ..models import load, model_type
from ..packages import ModelCard, Package, arcgis_verdict
from ..packages.advice import Advice, advice, model_kind
from ..packages.kinds import DETECTORS, ModelKind

_COUNTERS = ("running_mean", "running_var", "num_batches_tracked")  # of normalisation layers: measured, not learned


@dataclass(frozen=True)
class Findings:
    """All that is known of a package.

    Attributes:
        package: the package.
        kind: what its kind of model is.
        advice: the parameters that fit it.
        refusal: why Kestrel cannot detect with it; empty when it can.
        parameters: number of weights that were learned; None when unknown.
        notes: sentences that a user should heed.
    """

    package: Package
    kind: ModelKind
    advice: Advice
    refusal: str
    parameters: int | None
    notes: tuple[str, ...]

    @property
    def card(self) -> ModelCard:
        """The facts in the package."""
        return self.package.card

    @property
    def is_detector(self) -> bool:
        """Whether its kind of model detects objects in a way that Kestrel knows."""
        return self.card.model_type in DETECTORS

    @property
    def can_detect(self) -> bool:
        """Whether Kestrel can detect with it."""
        return not self.refusal

    @property
    def can_fine_tune(self) -> bool:
        """Whether Kestrel can train it further."""
        return self.can_detect

    @property
    def for_arcgis(self) -> bool:
        """Whether ArcGIS Pro can open it."""
        return self.card.layout == "esri" and self.package.weights_bytes is not None

    @property
    def arcgis(self) -> str:
        """Whether ArcGIS Pro can open it, and if not why, in a sentence."""
        if self.card.layout == "esri" and not self.for_arcgis:
            return "ArcGIS Pro cannot open this package: its weights are missing."
        return arcgis_verdict(self.card)

    @property
    def cell_unit(self) -> str:
        """The unit of the cell size, such as ``"metre"``; empty when unknown."""
        crs = self.crs
        return str(crs.units_factor[0]) if crs and self.card.cell_size else ""

    @property
    def crs(self) -> CRS | None:
        """The coordinate system of the training imagery; None when unknown."""
        try:
            return CRS.from_wkt(self.card.crs_wkt) if self.card.crs_wkt else None
        except CRSError:
            return None

    @property
    def crs_name(self) -> str:
        """Its code, such as ``"EPSG:32632"``, else its name; empty when unknown."""
        crs = self.crs
        if crs is None:
            return ""
        authority = crs.to_authority()
        return ":".join(authority) if authority else crs.to_wkt().split('"')[1]


def find_out(package: Package) -> Findings:
    """Look at a package: detectors are built and their weights put in, so that the verdict is that of a detection.

    Raises:
        OutputError: there is no room to unpack the weights.
        OutOfMemory: they do not fit into memory.
    """
    card = package.card
    refusal, parameters, notes = "", None, []
    try:
        model_type(card)
        network = load(package, "cpu")
        parameters = sum(weight.numel() for weight in network.parameters())
    except ModelError as error:
        refusal = str(error)
    if parameters is None:
        try:
            parameters = _learned(package)
        except ModelError as error:
            if str(error) != refusal:
                notes.append(str(error))
    if card.cell_size is None and card.model_type in DETECTORS:
        notes.append(
            "The package does not tell the cell size that the model was trained at: search imagery whose objects are as large "
            "in pixels as those it was trained on."
        )
    return Findings(package, model_kind(card), advice(card), refusal, parameters, tuple(notes))


def _learned(package: Package) -> int:
    """Count the weights of a network that cannot be built here."""
    state = package.state_dict()
    return sum(tensor.numel() for name, tensor in state.items() if not name.endswith(_COUNTERS))
