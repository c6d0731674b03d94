<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>AreaLayer</name>
  <message>
   <source>Check the rights.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark area</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove area</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} does not take the area.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Chart</name>
  <message>
   <source>Epoch {number}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ClassDialog</name>
  <message>
   <source>(no other class)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add new class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Colour</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Define Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Kind of</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class that this one is a kind of: it stands inside it in the list.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The number that stands for the class in training data; 0 is background.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Value</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>such as house</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ClassRows</name>
  <message>
   <source>Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Key</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Value</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} with the classes inside</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ClassStore</name>
  <message>
   <source>Ask the owner of the table to add it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The classes cannot be written to the table {}: {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The table {} of the classes has no column parent, and cannot be given one: their groups are kept here only.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ClassTree</name>
  <message>
   <source>Add class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add class inside</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class table (*.csv)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Classes (*.dlpk *.emd *.ecs *.csv)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Classes from the layer's values</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Give this class to the selected objects ({})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import and save classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import classes from a file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Import classes from a model package (.dlpk, .emd), an ArcGIS schema (.ecs) or a class table (.csv)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move down</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Not imported, because another class has the name or the value: {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects stay; those of a class that is removed are drawn grey.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove all of them</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove it, keep those inside</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save classes as a class table (.csv), which Export Training Data takes too</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save classes to a file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show only its objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} holds {} other classes. {} objects have the class itself, {} those inside it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects have the class {}. They stay, without a class that is known. Remove the class?</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>CoverageBox</name>
  <message>
   <source>Mark the view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark what the map shows as completely labelled</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Mark where every object is labelled. Export Training Data takes these areas as its Input Mask Polygons, so that places that nobody looked at are not learned as background.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Share of the imagery that is marked</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{:.1f} % of {} is marked.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} is a map service without an end: no share can be given.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Desktop</name>
  <message>
   <source>Environment …</source>
   <translation>Umgebung …</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Kestrel-Umgebung</translation>
  </message>
  <message>
   <source>There is no environment for deep learning yet.</source>
   <translation>Es gibt noch keine Umgebung für Deep Learning.</translation>
  </message>
 </context>
 <context>
  <name>EditedLayer</name>
  <message>
   <source>Its file may be write-protected or open elsewhere, or the layer marked as read-only in the project.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The file {} is gone: it was moved, renamed or deleted. The edits wait here until it is back.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} edits of {} could not be saved. They are kept here, and saved with the next edit or by Save: {}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>EnvironmentDialog</name>
  <message>
   <source>Apply</source>
   <translation>Übernehmen</translation>
  </message>
  <message>
   <source>Build</source>
   <translation>Erstellen</translation>
  </message>
  <message>
   <source>Build the environment anew.</source>
   <translation>Die Umgebung neu erstellen.</translation>
  </message>
  <message>
   <source>Build what this version of Kestrel and this machine need.</source>
   <translation>Erstellen, was diese Version von Kestrel und dieser Rechner brauchen.</translation>
  </message>
  <message>
   <source>Building Kestrel's environment</source>
   <translation>Die Umgebung von Kestrel wird erstellt</translation>
  </message>
  <message>
   <source>Cancelled; what was there before is there again.</source>
   <translation>Abgebrochen; was vorher da war, ist wieder da.</translation>
  </message>
  <message>
   <source>Check</source>
   <translation>Prüfung</translation>
  </message>
  <message>
   <source>Check again</source>
   <translation>Erneut prüfen</translation>
  </message>
  <message>
   <source>Checking Kestrel's environment</source>
   <translation>Die Umgebung von Kestrel wird geprüft</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Diagnose kopieren</translation>
  </message>
  <message>
   <source>Copy what somebody who helps has to know. No passwords.</source>
   <translation>Kopiert, was jemand wissen muss, der hilft. Keine Passwörter.</translation>
  </message>
  <message>
   <source>Delete environments from the disk.</source>
   <translation>Umgebungen von der Festplatte löschen.</translation>
  </message>
  <message>
   <source>Done.</source>
   <translation>Fertig.</translation>
  </message>
  <message>
   <source>Download and install the packages for deep learning.</source>
   <translation>Die Pakete für Deep Learning herunterladen und installieren.</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Ganzer Bericht</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Kestrel-Umgebung</translation>
  </message>
  <message>
   <source>Look at everything again.</source>
   <translation>Alles noch einmal ansehen.</translation>
  </message>
  <message>
   <source>Looking at Kestrel's environment</source>
   <translation>Die Umgebung von Kestrel wird angesehen</translation>
  </message>
  <message>
   <source>Looking at what there is …</source>
   <translation>Es wird nachgesehen, was da ist …</translation>
  </message>
  <message>
   <source>Open the page with all versions.</source>
   <translation>Die Seite mit allen Versionen öffnen.</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Entfernen …</translation>
  </message>
  <message>
   <source>Removing environments of Kestrel</source>
   <translation>Umgebungen von Kestrel werden entfernt</translation>
  </message>
  <message>
   <source>Repair</source>
   <translation>Reparieren</translation>
  </message>
  <message>
   <source>Repair it.</source>
   <translation>Reparieren Sie sie.</translation>
  </message>
  <message>
   <source>Repairing Kestrel's environment</source>
   <translation>Die Umgebung von Kestrel wird repariert</translation>
  </message>
  <message>
   <source>Said</source>
   <translation>Meldung</translation>
  </message>
  <message>
   <source>The diagnostics are in the clipboard.</source>
   <translation>Die Diagnose ist in der Zwischenablage.</translation>
  </message>
  <message>
   <source>The environment does not work.</source>
   <translation>Die Umgebung funktioniert nicht.</translation>
  </message>
  <message>
   <source>The environment is built anew, with all downloads. Until that ends no tool of Kestrel can run; when it fails, the old environment comes back. Go on?</source>
   <translation>Die Umgebung wird neu erstellt, mit allen Downloads. Bis dahin kann kein Werkzeug von Kestrel laufen; wenn es misslingt, kommt die alte Umgebung zurück. Fortfahren?</translation>
  </message>
  <message>
   <source>Trying the environment …</source>
   <translation>Die Umgebung wird ausprobiert …</translation>
  </message>
  <message>
   <source>Update</source>
   <translation>Aktualisieren</translation>
  </message>
  <message>
   <source>Use what these fields say from now on.</source>
   <translation>Ab jetzt verwenden, was in diesen Feldern steht.</translation>
  </message>
  <message>
   <source>Where it comes from</source>
   <translation>Woher sie kommt</translation>
  </message>
  <message>
   <source>{name}, {memory:.1f} GiB of memory, driver {driver}; it works</source>
   <translation>{name}, {memory:.1f} GiB Speicher, Treiber {driver}; funktioniert</translation>
  </message>
 </context>
 <context>
  <name>ExportTab</name>
  <message>
   <source>All parameters …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancelled; nothing was written.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Contact sheet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open the tool itself with what is set here</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the tiles on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The tool Export Training Data is not there: switch Processing on in the plugins.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} chips with {} objects are in {}.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Umgebung…</translation>
  </message>
  <message>
   <source>Help</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model Inspector…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Settings…</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>LabelDock</name>
  <message>
   <source>Box</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose imagery and labels, then start.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Coverage</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Height of the box of a fixed size, in pixels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects that are smaller are warned about</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Redo {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Review</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save each edit at once</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save each edit at once: nothing is lost if QGIS or the computer stops. Undo works all the same.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start labeling first: then the classes come in ({}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Suggest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Undo {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Warn below (px)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Width of the box of a fixed size, in pixels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>none</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects · {} unsaved · class: {}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>LabelLayer</name>
  <message>
   <source>Add {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All objects of the class {} were changed with it. This cannot be undone; edit the class to change it back.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Another class is being renamed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change class to {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a polygon layer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another folder.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another name.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose the field with the class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Delete objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Move objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rename {} to {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save it as a GeoPackage and choose that one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Save the labels first.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} has many objects, and there are edits that are not saved.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} does not take the object.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} has no field {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} holds no polygons.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is a file {} already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Wait until that is done.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>LabelStyle</name>
  <message>
   <source>other</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Labeling</name>
  <message>
   <source>Label Objects</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>LiveLayer</name>
  <message>
   <source>Objects (being found): {count}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects (being found, before suppression): {count}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ModelInspector</name>
  <message>
   <source>Choose a model package</source>
   <translation>Ein Modellpaket wählen</translation>
  </message>
  <message>
   <source>Describing a model</source>
   <translation>Ein Modell wird beschrieben</translation>
  </message>
  <message>
   <source>Fine-tune</source>
   <translation>Weitertrainieren</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Ganzer Bericht</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Klassen übernehmen</translation>
  </message>
  <message>
   <source>Model Inspector</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model packages</source>
   <translation>Modellpakete</translation>
  </message>
  <message>
   <source>The weights are being read; the page opens when it is done.</source>
   <translation>Die Gewichte werden gelesen; die Seite öffnet sich, wenn das fertig ist.</translation>
  </message>
  <message>
   <source>Try the weights, and open a page with everything that is known, curves included.</source>
   <translation>Die Gewichte ausprobieren und eine Seite mit allem öffnen, was bekannt ist, auch den Kurven.</translation>
  </message>
  <message>
   <source>Use for detection</source>
   <translation>Zum Erkennen verwenden</translation>
  </message>
 </context>
 <context>
  <name>ModelPage</name>
  <message>
   <source>A model that finds {what}.</source>
   <translation>Ein Modell, das Folgendes findet: {what}.</translation>
  </message>
  <message>
   <source>ArcGIS, or a program that writes as it does</source>
   <translation>ArcGIS oder ein Programm, das ebenso schreibt</translation>
  </message>
  <message>
   <source>Average precision, {name}</source>
   <translation>Mittlere Präzision, {name}</translation>
  </message>
  <message>
   <source>Bands</source>
   <translation>Kanäle</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Zellgröße</translation>
  </message>
  <message>
   <source>Choose a model package (.dlpk, or .emd with its weights beside it) above, or drop one here.</source>
   <translation>Wählen Sie oben ein Modellpaket (.dlpk, oder .emd mit den Gewichten daneben) oder ziehen Sie eines hierher.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <source>Description</source>
   <translation>Beschreibung</translation>
  </message>
  <message>
   <source>Epoch kept</source>
   <translation>Behaltene Epoche</translation>
  </message>
  <message>
   <source>Epochs, at most</source>
   <translation>Epochen, höchstens</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Datei</translation>
  </message>
  <message>
   <source>How it was trained</source>
   <translation>Wie es trainiert wurde</translation>
  </message>
  <message>
   <source>How well it does</source>
   <translation>Wie gut es ist</translation>
  </message>
  <message>
   <source>Kestrel cannot run models of the kind {kind}; it runs {known}.</source>
   <translation>Kestrel kann Modelle der Art {kind} nicht ausführen, nur {known}.</translation>
  </message>
  <message>
   <source>Kestrel detects objects with models of this kind and trains them further.</source>
   <translation>Kestrel erkennt mit Modellen dieser Art Objekte und trainiert sie weiter.</translation>
  </message>
  <message>
   <source>Nothing in a package is run to describe it.</source>
   <translation>Nichts in einem Paket wird ausgeführt, um es zu beschreiben.</translation>
  </message>
  <message>
   <source>Pixel type</source>
   <translation>Pixeltyp</translation>
  </message>
  <message>
   <source>Recommended threshold</source>
   <translation>Empfohlener Schwellenwert</translation>
  </message>
  <message>
   <source>Test chips</source>
   <translation>Testkacheln</translation>
  </message>
  <message>
   <source>The imagery it takes</source>
   <translation>Für welche Bilddaten</translation>
  </message>
  <message>
   <source>The package</source>
   <translation>Das Paket</translation>
  </message>
  <message>
   <source>The package names no classes.</source>
   <translation>Das Paket nennt keine Klassen.</translation>
  </message>
  <message>
   <source>The weights are missing: the package names {weights}. Copy the whole package again.</source>
   <translation>Die Gewichte fehlen: Das Paket nennt {weights}. Kopieren Sie das ganze Paket noch einmal.</translation>
  </message>
  <message>
   <source>This cannot be read as a model</source>
   <translation>Das kann nicht als Modell gelesen werden</translation>
  </message>
  <message>
   <source>Tile size</source>
   <translation>Kachelgröße</translation>
  </message>
  <message>
   <source>Training chips</source>
   <translation>Trainingskacheln</translation>
  </message>
  <message>
   <source>Validation chips</source>
   <translation>Validierungskacheln</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Wert</translation>
  </message>
  <message>
   <source>Weights</source>
   <translation>Gewichte</translation>
  </message>
  <message>
   <source>What it finds</source>
   <translation>Was es findet</translation>
  </message>
  <message>
   <source>What it found in sample chips</source>
   <translation>Was es in Beispielkacheln gefunden hat</translation>
  </message>
  <message>
   <source>Written by</source>
   <translation>Geschrieben von</translation>
  </message>
  <message>
   <source>missing</source>
   <translation>fehlen</translation>
  </message>
  <message>
   <source>no file</source>
   <translation>keine Datei</translation>
  </message>
  <message>
   <source>not known</source>
   <translation>nicht bekannt</translation>
  </message>
  <message>
   <source>{kind} with {backbone}</source>
   <translation>{kind} mit {backbone}</translation>
  </message>
  <message>
   <source>{side} pixels</source>
   <translation>{side} Pixel</translation>
  </message>
  <message>
   <source>… and {count} more.</source>
   <translation>… und {count} weitere.</translation>
  </message>
 </context>
 <context>
  <name>Monitor</name>
  <message>
   <source>Run Monitor</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>MonitorDock</name>
  <message>
   <source>No tool of Kestrel has run yet in this session. What runs is followed here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Objects (partial)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open by itself when a training begins</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Options</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Report: {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Run Monitor</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show objects on the map as they are found</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>cancelled</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>done</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>failed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{path} cannot be opened.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ObjectsModel</name>
  <message>
   <source>(no class)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Author</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Delete</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Delete this object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Size (px)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Time</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Width × height of the object's box in pixels of the imagery</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ObjectsView</name>
  <message>
   <source>All classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Change the class of the selected objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class that is shown</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Delete the selected objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Labelled objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Refresh: read what others have changed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show the objects of one class only</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom to the selected objects</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Pool</name>
  <message>
   <source>Accept suggestion</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept suggestions ({})</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Preview</name>
  <message>
   <source>At most {} chips: those without data, or that fall out when they are turned, are left out.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Counting chips</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Counting …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>More than {} chips.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No tile holds an object and lies within the mask polygons.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No tile holds an object.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>One tile for each object.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start labeling to see the tiles.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The cell size is larger than the whole of {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom in to see the tiles.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} chips would be written.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} is a map service without an end: give an extent in the tool itself, which then says what it cuts.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} is shown warped, but cut as it was taken: its tiles cannot be shown on the map.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} tiles of {} × {} pixels.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>RemovalDialog</name>
  <message>
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <source>Remove environments</source>
   <translation>Umgebungen entfernen</translation>
  </message>
  <message>
   <source>What is ticked is deleted. Other versions of Kestrel, in other profiles of QGIS, may use the environments that this one does not. No tool of Kestrel may be running meanwhile.</source>
   <translation>Was angehakt ist, wird gelöscht. Andere Versionen von Kestrel, in anderen QGIS-Profilen, verwenden vielleicht die Umgebungen, die diese nicht verwendet. Währenddessen darf kein Werkzeug von Kestrel laufen.</translation>
  </message>
  <message>
   <source>not used by this version</source>
   <translation>nicht von dieser Version verwendet</translation>
  </message>
  <message>
   <source>used by this version</source>
   <translation>von dieser Version verwendet</translation>
  </message>
 </context>
 <context>
  <name>ReportWindow</name>
  <message>
   <source>Open in browser</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ReviewBox</name>
  <message>
   <source>(no class)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>All {} objects of the list are reviewed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Confidence</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Detected objects, or the marked objects of Compute Accuracy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drop: no label</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>False alarms</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Fix: make it a label and edit its outline</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Highest confidence</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep object</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keep: make it a label</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Keys on the map: Enter/A keep, F fix, Delete/R drop, 1–9 keep with that class, ←/→ step.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Layer</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lowest confidence</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Missed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Missed and false alarms</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No objects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start review</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop review</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The object has a label already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The object has no place on the map's coordinate system.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The object lies outside of where the imagery's coordinate system reaches.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>dropped</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>false alarm</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>fixed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>found</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>kept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>missed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} of {} · {} decided</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>RunView</name>
  <message>
   <source>Add the layer with what was found before the search was cancelled.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add to map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancelled after {time}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Done in {time}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Epoch</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Failed after {time}: {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Load: {load}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Logarithmic</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Loss</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Memory of this run: {used}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Memory: {used}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Non maximum suppression, which comes last, may remove some of the objects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open report</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Quality on the validation chips</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Show small losses as clearly as large ones.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop soon. What is done is kept where it is of use; the log says what.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stopping …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The first {shown} objects are on the map; the layer will hold all.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>steps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>training</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>validation</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{time} left</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Schema</name>
  <message>
   <source>0 means background in training data.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another name.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another parent.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another value.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Give it one, such as house.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class has no name.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} cannot be a kind of {}, which lies within it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} has the value {} already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} has the value {}; values are whole numbers from 1 on.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is a class {} already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>There is no class of the value {}.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Session</name>
  <message>
   <source>Set it in the layer's properties.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The area lies outside the imagery.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The class {} was added.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} has no coordinate system.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The object is small, {:.0f} × {:.0f} pixels: below {:.0f} pixels little can be learned.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The object lies outside the imagery {}: no chip will show it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} of the objects are gone: somebody else has deleted them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} of the objects were left alone: somebody else has changed them. Look at them again.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>“{}” cannot be taken back: the objects were changed since by somebody else.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>SettingsPage</name>
  <message>
   <source>Cache folder</source>
   <translation>Cache-Ordner</translation>
  </message>
  <message>
   <source>Choose a folder for environments and weights</source>
   <translation>Einen Ordner für Umgebungen und Gewichte wählen</translation>
  </message>
  <message>
   <source>Default processor</source>
   <translation>Standardprozessor</translation>
  </message>
  <message>
   <source>Environment</source>
   <translation>Umgebung</translation>
  </message>
  <message>
   <source>Environments take up to 10 GB. What lies in another folder stays there; it is not moved.</source>
   <translation>Umgebungen brauchen bis zu 10 GB. Was in einem anderen Ordner liegt, bleibt dort; es wird nicht verschoben.</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>Ausführung</translation>
  </message>
  <message>
   <source>The CPU; graphics cards are left alone</source>
   <translation>Der Prozessor (CPU); Grafikkarten bleiben unbenutzt</translation>
  </message>
  <message>
   <source>The environment variable {name} names it: {path}</source>
   <translation>Die Umgebungsvariable {name} nennt ihn: {path}</translation>
  </message>
  <message>
   <source>The graphics card, where there is one</source>
   <translation>Die Grafikkarte, wo es eine gibt</translation>
  </message>
  <message>
   <source>These settings hold for all profiles of this user, and for qgis_process. They are kept in {file}.</source>
   <translation>Diese Einstellungen gelten für alle Profile dieses Benutzers und für qgis_process. Sie stehen in {file}.</translation>
  </message>
  <message>
   <source>What AUTO means in the parameter Processor Type of the tools.</source>
   <translation>Was AUTO im Parameter „Processor Type“ der Werkzeuge bedeutet.</translation>
  </message>
 </context>
 <context>
  <name>SourceFields</name>
  <message>
   <source>Choose a Python interpreter</source>
   <translation>Einen Python-Interpreter wählen</translation>
  </message>
  <message>
   <source>Choose a folder of wheels</source>
   <translation>Einen Ordner mit Wheels wählen</translation>
  </message>
  <message>
   <source>For machines without a network: a folder with all wheels of Kestrel's requirements.txt.</source>
   <translation>Für Rechner ohne Netz: ein Ordner mit allen Wheels aus der requirements.txt von Kestrel.</translation>
  </message>
  <message>
   <source>Offline folder</source>
   <translation>Offline-Ordner</translation>
  </message>
  <message>
   <source>Own Python</source>
   <translation>Eigenes Python</translation>
  </message>
  <message>
   <source>The environment variable {name} names the Python: {path}</source>
   <translation>Die Umgebungsvariable {name} nennt das Python: {path}</translation>
  </message>
  <message>
   <source>The interpreter itself, such as bin/python or python.exe, with the packages of Kestrel's requirements.txt.</source>
   <translation>Der Interpreter selbst, etwa bin/python oder python.exe, mit den Paketen aus der requirements.txt von Kestrel.</translation>
  </message>
  <message>
   <source>The settings cannot be written: {reason}</source>
   <translation>Die Einstellungen können nicht geschrieben werden: {reason}</translation>
  </message>
  <message>
   <source>There are no wheels (*.whl) in the folder {folder}.</source>
   <translation>Im Ordner {folder} liegen keine Wheels (*.whl).</translation>
  </message>
  <message>
   <source>There is no file {path}.</source>
   <translation>Es gibt keine Datei {path}.</translation>
  </message>
  <message>
   <source>empty: packages come from the internet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>empty: the environment that Kestrel builds</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>this field</source>
   <translation>dieses Feld</translation>
  </message>
 </context>
 <context>
  <name>StartBox</name>
  <message>
   <source>A new GeoPackage, or any polygon layer that can be edited and has a field for the class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add imagery to the project first: a raster layer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Add one, text or whole number.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cell size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose another name, or add its layer to the project and choose it here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Class field</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>GeoPackage (*.gpkg)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Imagery</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Imagery and labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New GeoPackage…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>New label layer</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Start labeling</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stop labeling</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The field that holds the class of each object: its value or its name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The file {} is there already and holds no layer {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The imagery that is labelled: its pixels measure the objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The layer {} has no field for the class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>This imagery has no pixels of its own: the size of one, in units of its coordinate system</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} on {}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>SuggestBox</name>
  <message>
   <source>A click accepts, the right button rejects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept all</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept all ({})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Accept and reject on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a model package</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click accepts, the right button rejects. Keys on the map: Enter/A accept, Delete/R reject, ←/→ step, 1–9 accept with that class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Confidence</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Do not suggest the highlighted object again. On the map: Delete or R.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Do not suggest these objects again, those below the threshold neither.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Go on? You can also zoom in, or cancel it at any time.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Let the model look at what the map shows, and propose objects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Look at the next suggestion. On the map: → or N.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Look at the suggestion before. On the map: ← or P.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make a label of the highlighted suggestion. On the map: Enter or A; 1–9 with another class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Make labels of all suggestions that are shown. One step to undo.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model package (.dlpk, .emd)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Nothing new was found in the view: {} objects have a label or were decided about.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Only suggestions that are as sure as this are shown, and accepted with Accept all</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Previous</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reject</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Reject all</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Starting</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Suggest in view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>That takes about {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The model found nothing in the view.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The model that suggests objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The view is large: the model looks at it in {} tiles.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects were found, none of them as sure as {} %: move the slider to see them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{}, {:.0f} % · {} of {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>≥ {} %</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>≥ {} %: {} of {}</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>SuggestRequest</name>
  <message>
   <source>Choose a model package (.dlpk or .emd).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No model is chosen.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>See it in the model inspector, or choose another one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The map does not show the imagery {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Zoom to it first.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} cannot be run: its kind is not known, or its weights are missing.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Suggester</name>
  <message>
   <source>Suggest in view</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>Tables</name>
  <message>
   <source>Check the rights to the database or the file.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The table {} cannot be changed: {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The table {} cannot be made beside {}: {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>The table {} was made beside {} and cannot be opened.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ToolBox</name>
  <message>
   <source>Box of a fixed size</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Circle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click both ends of one side, then the other side.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click selects, Ctrl adds, dragging moves, Delete deletes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Click the corners; the right button or a double click finishes, Backspace takes one back.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag a rectangle in which all objects are labelled.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag from the centre, or click it and the border.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Drag, or click two corners.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw a rectangle that touches the areas to remove.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw area</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Draw the outline with the button held down.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Each click makes a box about it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Edit vertices</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Lasso</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Polygon</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>QGIS's vertex tool on the labels.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove areas</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Rotated rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Select, move, delete</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Streaming</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Streaming: polygons take points as the mouse moves</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>ToolRun</name>
  <message>
   <source>The tool failed.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>WorkView</name>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Cancelling …</source>
   <translation>Wird abgebrochen …</translation>
  </message>
  <message>
   <source>Copy log</source>
   <translation>Protokoll kopieren</translation>
  </message>
  <message>
   <source>Warning: {text}</source>
   <translation>Warnung: {text}</translation>
  </message>
  <message>
   <source>What is built, repaired or removed is told here.</source>
   <translation>Hier steht, was erstellt, repariert oder entfernt wird.</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>noch {time}</translation>
  </message>
 </context>
 <context>
  <name>Workflow</name>
  <message>
   <source>Kestrel Workflow</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>WorkflowPanel</name>
  <message>
   <source>Below is the run before ({}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a model package</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Choose a pretrained model package: to detect with it, or to train it further with your labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Compute …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Detect …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Kestrel Workflow</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Model packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next with the model {}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Next with {}, against the labels.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>No area is marked as completely labelled.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Not yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Not yet: choose imagery and draw objects.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open the tool with the parameters of its last run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Open the tool with the results of the steps before</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Run again …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Train from scratch, and detect with the trained model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Train …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Trains {} further.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Use a package …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Without package</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>imagery</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>is gone</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects are labelled.</source>
   <translation type="unfinished" />
  </message>
 </context>
 <context>
  <name>WorkflowWords</name>
  <message>
   <source>AP50 {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Compute accuracy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Detect objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Done ({}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Export training data</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>F1 {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Failed ({}): {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Label objects</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Remove duplicates (optional)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Running</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Running …</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stopped ({}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Stopped ({}); what there was is kept.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>Train the model</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>about {} min left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>epoch {} kept</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>less than a minute left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>precision {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>recall {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>today, {}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} chips</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} duplicates removed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects found</source>
   <translation type="unfinished" />
  </message>
  <message>
   <source>{} objects in them</source>
   <translation type="unfinished" />
  </message>
 </context>
</TS>
