"""The seed's story in steps, each done with mouse and keyboard in QGIS: from the zip to the accuracy.

Files are named in file fields; all else is clicked. A step that is done has left what the next one needs.
"""

from __future__ import annotations

import time
from pathlib import Path

from desktop import Desktop, Form, Tool
from desktop.desktop import TITLE
from scene import Scene

Box = tuple[float, float, float, float]


class Story:
    """The steps, in the order that whoever tells it likes.

    Args:
        desktop: QGIS.
        scene: what is labelled.
        folder: for the results.
        pictures: for a picture of each step; None for none.
        patience: seconds that a tool may take.
    """

    def __init__(
        self, desktop: Desktop, scene: Scene, folder: Path, pictures: Path | None = None, patience: float = 180
    ) -> None:
        self.desktop, self.scene, self.folder, self.pictures, self.patience = desktop, scene, folder, pictures, patience

    def show(self, name: str, window: str = "", dock: str = "") -> None:
        """Take a picture, of everything, of the window whose title holds a text, or of the dock of a name."""
        if self.pictures is None:
            return
        desktop = self.desktop
        desktop.pointer.move((desktop.screen.width - 2, desktop.screen.height - 2))
        if not window and not dock:
            desktop.wait(self._no_messages, "the messages to be closed")
            time.sleep(1)  # QGIS tells of the end of a task a little later
            desktop.wait(self._no_messages, "the messages to be closed")
            desktop.pointer.move((desktop.screen.width - 2, desktop.screen.height - 2))
        image = desktop.shot()
        if window:
            left, top, width, height = self.desktop.see(window=window, covered=True).rect
            image = image.copy(left - 1, top - 25, width + 2, height + 26)  # with its frame
        elif dock:
            image = image.copy(*next(thing.rect for thing in desktop.probe.find(within=dock, kind="QDockWidget")))
        image.save(str(self.pictures / f"{name}.png"))

    def _no_messages(self) -> bool:
        """Close the first message above the map; return whether there is none left."""
        close = self.desktop.probe.find(name="mCloseMenu", kind="QToolButton")
        if close:
            self.desktop.pointer.click(close[0].centre)
        return not close

    # Before

    def install(self, archive: Path) -> None:
        """Install the plugin as users do: Manage and Install Plugins, Install from ZIP."""
        desktop = self.desktop
        desktop.menu("Plugins", "Manage and Install Plugins")
        desktop.click(kind="row", text="Install from ZIP")
        desktop.fill(str(archive), within="mZipFileWidget", kind="QLineEdit")
        self.show("install", "Plugins |")
        desktop.click(name="buttonInstallFromZip")
        desktop.click(text="Yes", window="Security warning")
        desktop.see(name="kestrel_label_objects", kind="QToolButton", covered=True)
        desktop.click(text="Close", window="Plugins")

    def add_imagery(self) -> None:
        """Add the raster with the Data Source Manager, and make room for the map."""
        desktop = self.desktop
        desktop.pointer.key("ctrl+shift+r")
        desktop.fill(str(self.scene.imagery), window="Data Source Manager | Raster", within="mFileWidget", kind="QLineEdit")
        desktop.click(window="Data Source Manager", text="Add", kind="QPushButton")
        desktop.wait(lambda: self.scene.imagery.stem in desktop.layers(), "the imagery to be added")
        desktop.click(window="Data Source Manager", text="Close", kind="QPushButton")
        self.close_dock("Browser")
        desktop.idle()

    def close_dock(self, name: str) -> None:
        """Close a panel if it is open, to make room."""
        if self.desktop.sees(within=name, name="qt_dockwidget_closebutton"):
            self.desktop.click(within=name, name="qt_dockwidget_closebutton")
            self.desktop.wait(lambda: not self.desktop.sees(name=name), f"{name} to close")

    def add_vectors(self, file: Path) -> None:
        """Add a vector file with the Data Source Manager."""
        desktop, before = self.desktop, len(self.desktop.probe.state()["layers"])
        desktop.pointer.key("ctrl+shift+v")
        desktop.fill(str(file), window="Data Source Manager | Vector", within="mFileWidget", kind="QLineEdit")
        desktop.click(window="Data Source Manager", text="Add", kind="QPushButton")
        desktop.wait(lambda: len(desktop.probe.state()["layers"]) > before, f"{file} to be added")
        desktop.click(window="Data Source Manager", text="Close", kind="QPushButton")
        desktop.idle()

    def leave_only(self, *names: str) -> None:
        """Remove all layers but some from the project: click the first, Shift-click the last, Remove Layer."""
        desktop = self.desktop
        others = [name for name in desktop.layers() if name not in names]
        for number, name in enumerate(others):
            desktop.click(kind="row", name="theLayerTreeView", text=name, keys="ctrl" if number else "")
        desktop.pointer.key("ctrl+d")
        desktop.click(window="Remove", text="OK", kind="QPushButton")
        desktop.wait(lambda: set(desktop.layers()) <= set(names), "the layers to be removed")

    # Windows of the plugin

    def environment(self) -> None:
        """Look at the environment."""
        desktop = self.desktop
        desktop.menu("Plugins", "Kestrel", "Environment")
        desktop.see(window="Kestrel environment", text="Check again", kind="QPushButton")  # once it has looked
        self.show("environment", "Kestrel environment")
        desktop.click(window="Kestrel environment", text="Close", kind="QPushButton")

    def inspect(self, package: Path) -> None:
        """Open a package in the model inspector."""
        desktop = self.desktop
        desktop.menu("Plugins", "Kestrel", "Model Inspector")
        desktop.fill(str(package), window="Model Inspector", kind="QLineEdit")
        desktop.pointer.key("Tab")
        desktop.see(window="Model Inspector", text="Use for detection", kind="QPushButton")
        self.show("inspector", "Model Inspector")

    def detect_from_inspector(self, **parameters: object) -> None:
        """Press Use for detection, which opens the tool with the package in it, and run that."""
        desktop, title = self.desktop, "Detect Objects Using Deep Learning"
        desktop.click(window="Model Inspector", text="Use for detection", kind="QPushButton")
        tool = Tool(desktop, title).fill(**parameters)
        tool.run(self.patience)
        tool.close()
        desktop.click(window="Model Inspector", text="Close", kind="QPushButton")
        desktop.idle()

    # Labels

    def start_labeling(self, file: Path, class_name: str) -> None:
        """Open the dock with its button, choose imagery and a new GeoPackage, and define a class."""
        desktop = self.desktop
        desktop.click(name="kestrel_label_objects", kind="QToolButton")
        desktop.choose(self.scene.imagery.stem, within="kestrel_label_objects", kind="QgsMapLayerComboBox")
        self.show("label_start")
        desktop.click(text="Start labeling")
        desktop.fill(str(file), window="New label layer", kind="QLineEdit")
        desktop.pointer.key("Return")
        desktop.click(text="Add class", kind="QToolButton")
        desktop.see(window="Define Class", kind="QLineEdit")
        desktop.pointer.write(class_name)
        self.show("define_class", "Define Class")
        desktop.pointer.key("Return")
        desktop.wait(lambda: not desktop.sees(window="Define Class"), "the class to be defined")

    def zoom_to(self, x: float, y: float, notches: int) -> None:
        """Turn the wheel over a place of the map, in the imagery's coordinate system."""
        desktop = self.desktop
        before = desktop.probe.state()["view"]
        desktop.pointer.wheel(desktop.probe.place(x, y, self.scene.crs), -notches)
        desktop.wait(lambda: desktop.probe.state()["view"] != before, "the map to zoom")
        desktop.idle()

    def draw(self, tool: str, places: list[tuple[float, float]], layer: str) -> None:
        """Draw an object: by a drag for a rectangle or circle, else by clicks, the right button at the end of a polygon."""
        desktop = self.desktop
        before = desktop.layers()[layer]["count"]
        if desktop.probe.state()["tool"] != f"kestrel_label_{tool}":
            desktop.click(name=f"kestrel_label_{tool}", kind="QToolButton")
        points = desktop.on_map(places, self.scene.crs)
        if tool in ("rectangle", "circle"):
            desktop.pointer.drag(*points)
        else:
            for point in points:
                desktop.pointer.click(point)
            if tool == "polygon":
                desktop.pointer.click(points[-1], button=3)
        desktop.wait(lambda: desktop.layers()[layer]["count"] == before + 1, f"a label drawn as {tool}")

    def mark_view(self) -> None:
        """Say in the tab Coverage that everything in view is labelled."""
        self.desktop.click(kind="tab", text="Coverage")
        self.desktop.click(text="Mark the view", kind="QToolButton")
        self.desktop.wait(lambda: any("areas" in name for name in self.desktop.layers()), "the area to be marked")
        self.show("coverage")
        self.desktop.click(kind="tab", text="Objects")

    def mark_area(self, box: tuple[float, ...]) -> None:
        """Say in the tab Coverage, with a drag over the map, that everything in a box is labelled."""
        desktop, (left, bottom, right, top) = self.desktop, box
        desktop.click(kind="tab", text="Coverage")
        desktop.click(text="Draw area", kind="QToolButton")
        desktop.pointer.drag(*desktop.on_map([(left, top), (right, bottom)], self.scene.crs))
        desktop.wait(lambda: any("areas" in name for name in desktop.layers()), "the area to be marked")
        self.show("coverage")
        desktop.click(kind="tab", text="Objects")

    # The way through the panel

    def front(self, title: str) -> None:
        """Bring a panel to the front with its tab; alone it has none."""
        for tab in self.desktop.probe.find(kind="tab", text=title):
            if tab.reachable:
                self.desktop.pointer.click(tab.centre)

    def export_page(self, picture: str = "", **parameters: object) -> Path:
        """Export on the page of the dock, in the background; return the folder, which it has proposed."""
        desktop = self.desktop
        self.front("Label Objects")
        desktop.click(kind="tab", text="Export")
        form = Form(desktop, TITLE).fill(**parameters)
        folder = Path(form.value("OUTPUT"))
        desktop.idle()
        if picture:
            self.show(picture)
        desktop.click(within="kestrel_label_objects", kind="QPushButton", text="Export")
        desktop.wait(
            lambda: any("chips with" in text for text in desktop.probe.state()["messages"]), "the export to end", self.patience
        )
        desktop.wait(self._no_messages, "the messages to be closed")
        desktop.click(kind="tab", text="Label")
        return folder

    def use_package(self, package: Path) -> None:
        """Choose a pretrained package in the card of the training."""
        desktop = self.desktop
        self.desktop.click(within="kestrel_workflow", kind="QPushButton", text="Use a package")
        desktop.fill(str(package), name="fileNameEdit", kind="QLineEdit")
        desktop.pointer.key("Return")
        desktop.see(within="kestrel_workflow", kind="QPushButton", text="Without package")

    def step(
        self, button: str, title: str, begins: dict[str, object], picture: str = "", watch: str = "", **parameters: object
    ) -> str:
        """Press the button of a card, look what the tool begins with, change some of it, and run it; return its log.

        Args:
            button: its text.
            title: of the tool.
            begins: how the texts of fields begin.
            picture: name; empty for none.
            watch: name of a picture of the run monitor half-way; empty for none.
            parameters: what is changed.
        """
        desktop = self.desktop
        self.front("Kestrel Workflow")
        desktop.pointer.click(desktop.see_still(within="kestrel_workflow", kind="QPushButton", text=button).centre)
        tool = Tool(desktop, title)
        for name, text in begins.items():
            tool.expect(name, str(text))
        tool.fill(**parameters)
        if picture:
            tool.scroll_up()
            self.show(picture, title)
        tool.start()
        if watch:
            desktop.wait(lambda: self._points() >= 30, "the curves to grow", self.patience)
            self.show(watch, dock="kestrel_run_monitor")
        log = tool.finish(self.patience)
        tool.close()
        self.close_dock("ResultsViewer")  # which opens when there is a report
        desktop.idle()
        return log

    def _points(self) -> int:
        """Of the chart that has the fewest."""
        charts = self.desktop.probe.find(within="kestrel_run_monitor", kind="Chart")
        return min((chart.points for chart in charts), default=0)

    def cards(self) -> list[str]:
        """Return the texts of the panel's cards."""
        self.front("Kestrel Workflow")
        return [thing.text for thing in self.desktop.probe.find(within="kestrel_workflow", kind="QLabel")]

    def save_project(self, file: Path) -> None:
        """Save the project with Ctrl+S, which asks for a file."""
        desktop = self.desktop
        desktop.pointer.key("ctrl+s")
        desktop.fill(str(file), name="fileNameEdit", kind="QLineEdit")
        desktop.pointer.key("Return")
        desktop.wait(lambda: Path(desktop.probe.state()["project"]) == file, "the project to be saved")

    def open_project_anew(self, file: Path) -> None:
        """Begin a new project with Ctrl+N, then open another one with Ctrl+O; a question would stop it."""
        desktop = self.desktop
        desktop.pointer.key("ctrl+n")
        desktop.wait(lambda: not desktop.layers(), "the project to be closed")
        desktop.pointer.key("ctrl+o")
        desktop.fill(str(file), name="fileNameEdit", kind="QLineEdit")
        desktop.pointer.key("Return")
        desktop.wait(lambda: desktop.layers(), "the project to be opened")
        desktop.idle()

    # A model in the loop

    def suggest(self, package: Path, threshold: int = 0) -> int:
        """Let a model look at what the map shows; return how many objects it suggests.

        Args:
            package: of the model.
            threshold: percent; 0 for the least that the slider has.
        """
        desktop = self.desktop
        self.front("Label Objects")
        desktop.click(kind="tab", text="Suggest")
        desktop.fill(str(package), within="kestrel_suggestion_model", kind="QLineEdit")
        desktop.pointer.key("Tab")
        slider = desktop.see(within="kestrel_label_objects", kind="QSlider")
        desktop.pointer.click(slider.centre)
        desktop.pointer.key("Home", *["Right"] * max(threshold - 10, 0))
        desktop.click(name="kestrel_label_suggest", kind="QToolButton")
        desktop.wait(desktop.probe.proposed, "suggestions", self.patience)
        desktop.idle()
        return len(desktop.probe.proposed())

    def decide(self, accept: bool) -> None:
        """Accept the surest suggestion with a click, or reject it with the right button."""
        desktop, before = self.desktop, self.desktop.probe.proposed()
        desktop.pointer.click(_middle(before[0]), button=1 if accept else 3)
        desktop.wait(lambda: len(desktop.probe.proposed()) < len(before), "the suggestion to be decided about")

    def accept_right(self, boxes: list[Box]) -> list[Box]:
        """Accept the suggestions that are boxes of true objects, with a click each; return those that none is."""
        desktop, left = self.desktop, []
        for box in boxes:
            (x0, y0), (x1, y1) = desktop.on_map([(box[0], box[3]), (box[2], box[1])], self.scene.crs)
            proposed = desktop.probe.proposed()
            before = len(proposed)
            right = max(proposed, key=lambda one: overlap(one, (x0, y0, x1, y1)), default=None)
            if right is None or overlap(right, (x0, y0, x1, y1)) < 0.5:
                left.append(box)
                continue
            desktop.pointer.click(_middle(right))
            desktop.wait(lambda before=before: len(desktop.probe.proposed()) < before, "the suggestion to be accepted")
        return left

    def review(self, layer: str) -> None:
        """Begin to review the objects of a layer; keys decide then."""
        desktop = self.desktop
        self.front("Label Objects")
        desktop.click(kind="tab", text="Review")
        desktop.choose(layer, within="kestrel_label_objects", kind="QgsMapLayerComboBox")
        desktop.click(within="kestrel_label_objects", kind="QPushButton", text="Start review")
        desktop.wait(lambda: desktop.sees(kind="QPushButton", text="Stop review"), "the review to begin")
        desktop.idle()

    # Tools

    def tool(self, entry: str, picture: str = "", **parameters: object) -> str:
        """Run a tool of the menu Plugins, Kestrel by its dialog, and return its log."""
        self.desktop.menu("Plugins", "Kestrel", entry)
        tool = Tool(self.desktop, entry).fill(**parameters)
        if picture:
            tool.scroll_up()
            self.show(picture, entry)
        log = tool.run(self.patience)
        tool.close()
        self.close_dock("ResultsViewer")  # which opens when there is a report
        self.desktop.idle()
        return log


def overlap(one: Box, other: Box) -> float:
    """Return the IoU of two boxes: two corners each."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - shared)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
