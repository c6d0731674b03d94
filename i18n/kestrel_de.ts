<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>AreaLayer</name>
  <message>
   <source>Check the rights.</source>
   <translation>Prüfen Sie die Rechte.</translation>
  </message>
  <message>
   <source>Mark area</source>
   <translation>Fläche markieren</translation>
  </message>
  <message>
   <source>Remove area</source>
   <translation>Fläche entfernen</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>Das GeoPackage {} kann nicht angelegt werden: {}</translation>
  </message>
  <message>
   <source>The layer {} does not take the area.</source>
   <translation>Der Layer {} nimmt die Fläche nicht an.</translation>
  </message>
 </context>
 <context>
  <name>Chart</name>
  <message>
   <source>Epoch {number}</source>
   <translation>Epoche {number}</translation>
  </message>
 </context>
 <context>
  <name>ClassDialog</name>
  <message>
   <source>(no other class)</source>
   <translation>(keine andere Klasse)</translation>
  </message>
  <message>
   <source>Add new class</source>
   <translation>Neue Klasse hinzufügen</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <source>Colour</source>
   <translation>Farbe</translation>
  </message>
  <message>
   <source>Define Class</source>
   <translation>Klasse festlegen</translation>
  </message>
  <message>
   <source>Edit Class</source>
   <translation>Klasse bearbeiten</translation>
  </message>
  <message>
   <source>Kind of</source>
   <translation>Art von</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>The class that this one is a kind of: it stands inside it in the list.</source>
   <translation>Die Klasse, von der diese eine Art ist: In der Liste steht sie darunter.</translation>
  </message>
  <message>
   <source>The number that stands for the class in training data; 0 is background.</source>
   <translation>Die Zahl, die in den Trainingsdaten für die Klasse steht; 0 ist der Hintergrund.</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Wert</translation>
  </message>
  <message>
   <source>such as house</source>
   <translation>etwa Haus</translation>
  </message>
 </context>
 <context>
  <name>ClassRows</name>
  <message>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <source>Classes</source>
   <translation>Klassen</translation>
  </message>
  <message>
   <source>Key</source>
   <translation>Taste</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objekte</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Wert</translation>
  </message>
  <message>
   <source>{} with the classes inside</source>
   <translation>{} mit den Klassen darunter</translation>
  </message>
 </context>
 <context>
  <name>ClassStore</name>
  <message>
   <source>Ask the owner of the table to add it.</source>
   <translation>Bitten Sie den Eigentümer der Tabelle, sie hinzuzufügen.</translation>
  </message>
  <message>
   <source>The classes cannot be written to the table {}: {}</source>
   <translation>Die Klassen können nicht in die Tabelle {} geschrieben werden: {}</translation>
  </message>
  <message>
   <source>The table {} of the classes has no column parent, and cannot be given one: their groups are kept here only.</source>
   <translation>Die Tabelle {} der Klassen hat keine Spalte parent und kann keine erhalten: Die Gruppen bleiben nur hier erhalten.</translation>
  </message>
 </context>
 <context>
  <name>ClassTree</name>
  <message>
   <source>Add class</source>
   <translation>Klasse hinzufügen</translation>
  </message>
  <message>
   <source>Add class inside</source>
   <translation>Klasse darunter hinzufügen</translation>
  </message>
  <message>
   <source>Class table (*.csv)</source>
   <translation>Klassentabelle (*.csv)</translation>
  </message>
  <message>
   <source>Classes (*.dlpk *.emd *.ecs *.csv)</source>
   <translation>Klassen (*.dlpk *.emd *.ecs *.csv)</translation>
  </message>
  <message>
   <source>Classes from the layer's values</source>
   <translation>Klassen aus den Werten des Layers</translation>
  </message>
  <message>
   <source>Edit class</source>
   <translation>Klasse bearbeiten</translation>
  </message>
  <message>
   <source>Give this class to the selected objects ({})</source>
   <translation>Den gewählten Objekten diese Klasse geben ({})</translation>
  </message>
  <message>
   <source>Import and save classes</source>
   <translation>Klassen importieren und speichern</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Klassen importieren</translation>
  </message>
  <message>
   <source>Import classes from a file</source>
   <translation>Klassen aus einer Datei importieren</translation>
  </message>
  <message>
   <source>Import classes from a model package (.dlpk, .emd), an ArcGIS schema (.ecs) or a class table (.csv)</source>
   <translation>Klassen aus einem Modellpaket (.dlpk, .emd), einem ArcGIS-Schema (.ecs) oder einer Klassentabelle (.csv) importieren</translation>
  </message>
  <message>
   <source>Move down</source>
   <translation>Nach unten</translation>
  </message>
  <message>
   <source>Move up</source>
   <translation>Nach oben</translation>
  </message>
  <message>
   <source>Not imported, because another class has the name or the value: {}.</source>
   <translation>Nicht importiert, weil eine andere Klasse den Namen oder den Wert hat: {}.</translation>
  </message>
  <message>
   <source>Objects stay; those of a class that is removed are drawn grey.</source>
   <translation>Objekte bleiben; die einer entfernten Klasse werden grau dargestellt.</translation>
  </message>
  <message>
   <source>Remove all of them</source>
   <translation>Alle entfernen</translation>
  </message>
  <message>
   <source>Remove class</source>
   <translation>Klasse entfernen</translation>
  </message>
  <message>
   <source>Remove it, keep those inside</source>
   <translation>Nur diese entfernen, die darunter behalten</translation>
  </message>
  <message>
   <source>Save classes</source>
   <translation>Klassen speichern</translation>
  </message>
  <message>
   <source>Save classes as a class table (.csv), which Export Training Data takes too</source>
   <translation>Klassen als Klassentabelle (.csv) speichern, die auch Export Training Data annimmt</translation>
  </message>
  <message>
   <source>Save classes to a file</source>
   <translation>Klassen in einer Datei speichern</translation>
  </message>
  <message>
   <source>Show only its objects</source>
   <translation>Nur ihre Objekte zeigen</translation>
  </message>
  <message>
   <source>The class {} holds {} other classes. {} objects have the class itself, {} those inside it.</source>
   <translation>Die Klasse {} enthält {} andere Klassen. {} Objekte haben die Klasse selbst, {} die darunter.</translation>
  </message>
  <message>
   <source>{} objects have the class {}. They stay, without a class that is known. Remove the class?</source>
   <translation>{} Objekte haben die Klasse {}. Sie bleiben, ohne eine bekannte Klasse. Die Klasse entfernen?</translation>
  </message>
 </context>
 <context>
  <name>CoverageBox</name>
  <message>
   <source>Mark the view</source>
   <translation>Ansicht markieren</translation>
  </message>
  <message>
   <source>Mark what the map shows as completely labelled</source>
   <translation>Was die Karte zeigt, als vollständig erfasst markieren</translation>
  </message>
  <message>
   <source>Mark where every object is labelled. Export Training Data takes these areas as its Input Mask Polygons, so that places that nobody looked at are not learned as background.</source>
   <translation>Markieren, wo jedes Objekt erfasst ist. Export Training Data nimmt diese Flächen als Input Mask Polygons, damit Stellen, die niemand angesehen hat, nicht als Hintergrund gelernt werden.</translation>
  </message>
  <message>
   <source>Share of the imagery that is marked</source>
   <translation>Anteil der Bilddaten, der markiert ist</translation>
  </message>
  <message>
   <source>{:.1f} % of {} is marked.</source>
   <translation>{:.1f} % von {} sind markiert.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: no share can be given.</source>
   <translation>{} ist ein Kartendienst ohne Ende: Ein Anteil kann nicht angegeben werden.</translation>
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
   <translation>Die Datei ist vielleicht schreibgeschützt oder anderswo geöffnet, oder der Layer ist im Projekt als schreibgeschützt markiert.</translation>
  </message>
  <message>
   <source>The file {} is gone: it was moved, renamed or deleted. The edits wait here until it is back.</source>
   <translation>Die Datei {} ist nicht mehr da: Sie wurde verschoben, umbenannt oder gelöscht. Die Änderungen warten hier, bis sie wieder da ist.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>Der Layer {} kann nicht bearbeitet werden.</translation>
  </message>
  <message>
   <source>{} edits of {} could not be saved. They are kept here, and saved with the next edit or by Save: {}</source>
   <translation>{} Änderungen an {} konnten nicht gespeichert werden. Sie bleiben hier erhalten und werden mit der nächsten Änderung oder durch Speichern gespeichert: {}</translation>
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
   <translation>Alle Parameter …</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Cancelled; nothing was written.</source>
   <translation>Abgebrochen; es wurde nichts geschrieben.</translation>
  </message>
  <message>
   <source>Contact sheet</source>
   <translation>Kontaktabzug</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportieren</translation>
  </message>
  <message>
   <source>Open folder</source>
   <translation>Ordner öffnen</translation>
  </message>
  <message>
   <source>Open the tool itself with what is set here</source>
   <translation>Das Werkzeug selbst öffnen, mit dem, was hier eingestellt ist</translation>
  </message>
  <message>
   <source>Show the tiles on the map</source>
   <translation>Kacheln auf der Karte zeigen</translation>
  </message>
  <message>
   <source>The tool Export Training Data is not there: switch Processing on in the plugins.</source>
   <translation>Das Werkzeug Export Training Data ist nicht da: Schalten Sie Processing unter den Erweiterungen ein.</translation>
  </message>
  <message>
   <source>{} chips with {} objects are in {}.</source>
   <translation>{} Kacheln mit {} Objekten sind in {}.</translation>
  </message>
 </context>
 <context>
  <name>FoldersWidget</name>
  <message>
   <source>Add a folder</source>
   <translation>Ordner hinzufügen</translation>
  </message>
  <message>
   <source>Folders, with ; between them</source>
   <translation>Ordner, durch ; getrennt</translation>
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
   <translation>Hilfe</translation>
  </message>
  <message>
   <source>Model Inspector…</source>
   <translation>Modellinspektor…</translation>
  </message>
  <message>
   <source>Settings…</source>
   <translation>Einstellungen…</translation>
  </message>
 </context>
 <context>
  <name>LabelDock</name>
  <message>
   <source>Box</source>
   <translation>Rechteck</translation>
  </message>
  <message>
   <source>Choose imagery and labels, then start.</source>
   <translation>Bilddaten und Labels wählen, dann starten.</translation>
  </message>
  <message>
   <source>Coverage</source>
   <translation>Flächen</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <source>Height of the box of a fixed size, in pixels</source>
   <translation>Höhe des Rechtecks fester Größe, in Pixeln</translation>
  </message>
  <message>
   <source>Label</source>
   <translation>Erfassen</translation>
  </message>
  <message>
   <source>Label Objects</source>
   <translation>Objekte erfassen</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objekte</translation>
  </message>
  <message>
   <source>Objects that are smaller are warned about</source>
   <translation>Vor kleineren Objekten wird gewarnt</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Wiederholen</translation>
  </message>
  <message>
   <source>Redo {}</source>
   <translation>Wiederholen {}</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>Prüfen</translation>
  </message>
  <message>
   <source>Save each edit at once</source>
   <translation>Jede Änderung sofort speichern</translation>
  </message>
  <message>
   <source>Save each edit at once: nothing is lost if QGIS or the computer stops. Undo works all the same.</source>
   <translation>Jede Änderung sofort speichern: Nichts geht verloren, wenn QGIS oder der Rechner stehen bleibt. Rückgängig geht trotzdem.</translation>
  </message>
  <message>
   <source>Save labels</source>
   <translation>Labels speichern</translation>
  </message>
  <message>
   <source>Start labeling first: then the classes come in ({}).</source>
   <translation>Starten Sie zuerst die Erfassung: Dann werden die Klassen hinzugefügt ({}).</translation>
  </message>
  <message>
   <source>Suggest</source>
   <translation>Vorschläge</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Rückgängig</translation>
  </message>
  <message>
   <source>Undo {}</source>
   <translation>Rückgängig {}</translation>
  </message>
  <message>
   <source>Warn below (px)</source>
   <translation>Warnen unter (px)</translation>
  </message>
  <message>
   <source>Width of the box of a fixed size, in pixels</source>
   <translation>Breite des Rechtecks fester Größe, in Pixeln</translation>
  </message>
  <message>
   <source>none</source>
   <translation>keine</translation>
  </message>
  <message>
   <source>{} objects · {} unsaved · class: {}</source>
   <translation>{} Objekte · {} ungespeichert · Klasse: {}</translation>
  </message>
 </context>
 <context>
  <name>LabelLayer</name>
  <message>
   <source>Add {}</source>
   <translation>{} hinzufügen</translation>
  </message>
  <message>
   <source>All objects of the class {} were changed with it. This cannot be undone; edit the class to change it back.</source>
   <translation>Alle Objekte der Klasse {} wurden mit ihr geändert. Das kann nicht rückgängig gemacht werden; bearbeiten Sie die Klasse, um sie zurück zu ändern.</translation>
  </message>
  <message>
   <source>Another class is being renamed.</source>
   <translation>Eine andere Klasse wird gerade umbenannt.</translation>
  </message>
  <message>
   <source>Change class to {}</source>
   <translation>Klasse in {} ändern</translation>
  </message>
  <message>
   <source>Choose a polygon layer.</source>
   <translation>Wählen Sie einen Polygonlayer.</translation>
  </message>
  <message>
   <source>Choose another folder.</source>
   <translation>Wählen Sie einen anderen Ordner.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Wählen Sie einen anderen Namen.</translation>
  </message>
  <message>
   <source>Choose the field with the class.</source>
   <translation>Wählen Sie das Feld mit der Klasse.</translation>
  </message>
  <message>
   <source>Delete objects</source>
   <translation>Objekte löschen</translation>
  </message>
  <message>
   <source>Move object</source>
   <translation>Objekt verschieben</translation>
  </message>
  <message>
   <source>Move objects</source>
   <translation>Objekte verschieben</translation>
  </message>
  <message>
   <source>Rename {} to {}</source>
   <translation>{} in {} umbenennen</translation>
  </message>
  <message>
   <source>Save it as a GeoPackage and choose that one.</source>
   <translation>Speichern Sie ihn als GeoPackage und wählen Sie dieses.</translation>
  </message>
  <message>
   <source>Save the labels first.</source>
   <translation>Speichern Sie zuerst die Labels.</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>Das GeoPackage {} kann nicht angelegt werden: {}</translation>
  </message>
  <message>
   <source>The class {} has many objects, and there are edits that are not saved.</source>
   <translation>Die Klasse {} hat viele Objekte, und es gibt Änderungen, die nicht gespeichert sind.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>Der Layer {} kann nicht bearbeitet werden.</translation>
  </message>
  <message>
   <source>The layer {} does not take the object.</source>
   <translation>Der Layer {} nimmt das Objekt nicht an.</translation>
  </message>
  <message>
   <source>The layer {} has no field {}.</source>
   <translation>Der Layer {} hat kein Feld {}.</translation>
  </message>
  <message>
   <source>The layer {} holds no polygons.</source>
   <translation>Der Layer {} enthält keine Polygone.</translation>
  </message>
  <message>
   <source>There is a file {} already.</source>
   <translation>Es gibt schon eine Datei {}.</translation>
  </message>
  <message>
   <source>Wait until that is done.</source>
   <translation>Warten Sie, bis das fertig ist.</translation>
  </message>
 </context>
 <context>
  <name>LabelStyle</name>
  <message>
   <source>other</source>
   <translation>andere</translation>
  </message>
 </context>
 <context>
  <name>Labeling</name>
  <message>
   <source>Label Objects</source>
   <translation>Objekte erfassen</translation>
  </message>
 </context>
 <context>
  <name>LiveLayer</name>
  <message>
   <source>Objects (being found): {count}</source>
   <translation>Objekte (Suche läuft): {count}</translation>
  </message>
  <message>
   <source>Objects (being found, before suppression): {count}</source>
   <translation>Objekte (Suche läuft, vor der Unterdrückung): {count}</translation>
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
   <translation>Modellinspektor</translation>
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
   <translation>Ausführungsmonitor</translation>
  </message>
 </context>
 <context>
  <name>MonitorDock</name>
  <message>
   <source>No tool of Kestrel has run yet in this session. What runs is followed here.</source>
   <translation>In dieser Sitzung lief noch kein Werkzeug von Kestrel. Was läuft, lässt sich hier verfolgen.</translation>
  </message>
  <message>
   <source>Objects (partial)</source>
   <translation>Objekte (unvollständig)</translation>
  </message>
  <message>
   <source>Open by itself when a training begins</source>
   <translation>Von selbst öffnen, wenn ein Training beginnt</translation>
  </message>
  <message>
   <source>Options</source>
   <translation>Optionen</translation>
  </message>
  <message>
   <source>Report: {name}</source>
   <translation>Bericht: {name}</translation>
  </message>
  <message>
   <source>Run Monitor</source>
   <translation>Ausführungsmonitor</translation>
  </message>
  <message>
   <source>Show objects on the map as they are found</source>
   <translation>Objekte auf der Karte zeigen, sobald sie gefunden werden</translation>
  </message>
  <message>
   <source>cancelled</source>
   <translation>abgebrochen</translation>
  </message>
  <message>
   <source>done</source>
   <translation>fertig</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>fehlgeschlagen</translation>
  </message>
  <message>
   <source>{path} cannot be opened.</source>
   <translation>{path} kann nicht geöffnet werden.</translation>
  </message>
 </context>
 <context>
  <name>ObjectsModel</name>
  <message>
   <source>(no class)</source>
   <translation>(keine Klasse)</translation>
  </message>
  <message>
   <source>Author</source>
   <translation>Autor</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <source>Delete</source>
   <translation>Löschen</translation>
  </message>
  <message>
   <source>Delete this object</source>
   <translation>Dieses Objekt löschen</translation>
  </message>
  <message>
   <source>Size (px)</source>
   <translation>Größe (px)</translation>
  </message>
  <message>
   <source>Time</source>
   <translation>Zeit</translation>
  </message>
  <message>
   <source>Width × height of the object's box in pixels of the imagery</source>
   <translation>Breite × Höhe des umschließenden Rechtecks in Pixeln der Bilddaten</translation>
  </message>
 </context>
 <context>
  <name>ObjectsView</name>
  <message>
   <source>All classes</source>
   <translation>Alle Klassen</translation>
  </message>
  <message>
   <source>Change the class of the selected objects</source>
   <translation>Die Klasse der gewählten Objekte ändern</translation>
  </message>
  <message>
   <source>Class that is shown</source>
   <translation>Klasse, die gezeigt wird</translation>
  </message>
  <message>
   <source>Delete the selected objects</source>
   <translation>Die gewählten Objekte löschen</translation>
  </message>
  <message>
   <source>Labelled objects</source>
   <translation>Erfasste Objekte</translation>
  </message>
  <message>
   <source>Refresh: read what others have changed</source>
   <translation>Neu laden: lesen, was andere geändert haben</translation>
  </message>
  <message>
   <source>Show the objects of one class only</source>
   <translation>Nur die Objekte einer Klasse zeigen</translation>
  </message>
  <message>
   <source>Zoom to the selected objects</source>
   <translation>Auf die gewählten Objekte zoomen</translation>
  </message>
 </context>
 <context>
  <name>Pool</name>
  <message>
   <source>Accept suggestion</source>
   <translation>Vorschlag annehmen</translation>
  </message>
  <message>
   <source>Accept suggestions ({})</source>
   <translation>Vorschläge annehmen ({})</translation>
  </message>
  <message>
   <source>{} (the model says {})</source>
   <translation>{} (laut Modell {})</translation>
  </message>
 </context>
 <context>
  <name>Preview</name>
  <message>
   <source>At most {} chips: those without data, or that fall out when they are turned, are left out.</source>
   <translation>Höchstens {} Kacheln: Die ohne Daten und die beim Drehen herausfallen, werden ausgelassen.</translation>
  </message>
  <message>
   <source>Counting chips</source>
   <translation>Kacheln werden gezählt</translation>
  </message>
  <message>
   <source>Counting …</source>
   <translation>Wird gezählt …</translation>
  </message>
  <message>
   <source>More than {} chips.</source>
   <translation>Mehr als {} Kacheln.</translation>
  </message>
  <message>
   <source>No tile holds an object and lies within the mask polygons.</source>
   <translation>Keine Kachel enthält ein Objekt und liegt in den Maskenpolygonen.</translation>
  </message>
  <message>
   <source>No tile holds an object.</source>
   <translation>Keine Kachel enthält ein Objekt.</translation>
  </message>
  <message>
   <source>One tile for each object.</source>
   <translation>Eine Kachel für jedes Objekt.</translation>
  </message>
  <message>
   <source>Start labeling to see the tiles.</source>
   <translation>Die Erfassung starten, um die Kacheln zu sehen.</translation>
  </message>
  <message>
   <source>The cell size is larger than the whole of {}.</source>
   <translation>Die Zellgröße ist größer als {} insgesamt.</translation>
  </message>
  <message>
   <source>Zoom in to see the tiles.</source>
   <translation>Hineinzoomen, um die Kacheln zu sehen.</translation>
  </message>
  <message>
   <source>{} chips would be written.</source>
   <translation>{} Kacheln würden geschrieben.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: give an extent in the tool itself, which then says what it cuts.</source>
   <translation>{} ist ein Kartendienst ohne Ende: Geben Sie im Werkzeug selbst eine Ausdehnung an; es sagt dann, was es zerschneidet.</translation>
  </message>
  <message>
   <source>{} is shown warped, but cut as it was taken: its tiles cannot be shown on the map.</source>
   <translation>{} wird entzerrt dargestellt, aber so geschnitten, wie es aufgenommen wurde: Die Kacheln können nicht auf der Karte gezeigt werden.</translation>
  </message>
  <message>
   <source>{} tiles of {} × {} pixels.</source>
   <translation>{} Kacheln von {} × {} Pixeln.</translation>
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
   <translation>Im Browser öffnen</translation>
  </message>
 </context>
 <context>
  <name>ReviewBox</name>
  <message>
   <source>(no class)</source>
   <translation>(keine Klasse)</translation>
  </message>
  <message>
   <source>All</source>
   <translation>Alle</translation>
  </message>
  <message>
   <source>All classes</source>
   <translation>Alle Klassen</translation>
  </message>
  <message>
   <source>All {} objects of the list are reviewed.</source>
   <translation>Alle {} Objekte der Liste sind geprüft.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Konfidenz</translation>
  </message>
  <message>
   <source>Detected objects, or the marked objects of Compute Accuracy</source>
   <translation>Erkannte Objekte oder die markierten Objekte von Compute Accuracy</translation>
  </message>
  <message>
   <source>Drop: no label</source>
   <translation>Verwerfen: kein Label</translation>
  </message>
  <message>
   <source>False alarms</source>
   <translation>Fehlalarme</translation>
  </message>
  <message>
   <source>Fix: make it a label and edit its outline</source>
   <translation>Korrigieren: als Label übernehmen und den Umriss bearbeiten</translation>
  </message>
  <message>
   <source>Highest confidence</source>
   <translation>Höchste Konfidenz</translation>
  </message>
  <message>
   <source>Keep object</source>
   <translation>Objekt behalten</translation>
  </message>
  <message>
   <source>Keep: make it a label</source>
   <translation>Behalten: als Label übernehmen</translation>
  </message>
  <message>
   <source>Keys on the map: Enter/A keep, F fix, Delete/R drop, 1–9 keep with that class, ←/→ step.</source>
   <translation>Tasten auf der Karte: Enter/A behalten, F korrigieren, Entf/R verwerfen, 1–9 mit dieser Klasse behalten, ←/→ blättern.</translation>
  </message>
  <message>
   <source>Layer</source>
   <translation>Layer</translation>
  </message>
  <message>
   <source>Lowest confidence</source>
   <translation>Niedrigste Konfidenz</translation>
  </message>
  <message>
   <source>Missed</source>
   <translation>Übersehene</translation>
  </message>
  <message>
   <source>Missed and false alarms</source>
   <translation>Übersehene und Fehlalarme</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Weiter</translation>
  </message>
  <message>
   <source>No objects.</source>
   <translation>Keine Objekte.</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <source>Start review</source>
   <translation>Prüfung starten</translation>
  </message>
  <message>
   <source>Stop review</source>
   <translation>Prüfung beenden</translation>
  </message>
  <message>
   <source>The object has a label already.</source>
   <translation>Das Objekt hat schon ein Label.</translation>
  </message>
  <message>
   <source>The object has no place on the map's coordinate system.</source>
   <translation>Das Objekt hat im Koordinatensystem der Karte keinen Ort.</translation>
  </message>
  <message>
   <source>The object lies outside of where the imagery's coordinate system reaches.</source>
   <translation>Das Objekt liegt außerhalb des Bereichs des Koordinatensystems der Bilddaten.</translation>
  </message>
  <message>
   <source>dropped</source>
   <translation>verworfen</translation>
  </message>
  <message>
   <source>false alarm</source>
   <translation>Fehlalarm</translation>
  </message>
  <message>
   <source>fixed</source>
   <translation>korrigiert</translation>
  </message>
  <message>
   <source>found</source>
   <translation>gefunden</translation>
  </message>
  <message>
   <source>kept</source>
   <translation>behalten</translation>
  </message>
  <message>
   <source>missed</source>
   <translation>übersehen</translation>
  </message>
  <message>
   <source>{} of {} · {} decided</source>
   <translation>{} von {} · {} entschieden</translation>
  </message>
 </context>
 <context>
  <name>RunView</name>
  <message>
   <source>Add the layer with what was found before the search was cancelled.</source>
   <translation>Den Layer mit dem hinzufügen, was bis zum Abbruch gefunden wurde.</translation>
  </message>
  <message>
   <source>Add to map</source>
   <translation>Zur Karte hinzufügen</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Cancelled after {time}</source>
   <translation>Abgebrochen nach {time}</translation>
  </message>
  <message>
   <source>Done in {time}</source>
   <translation>Fertig in {time}</translation>
  </message>
  <message>
   <source>Epoch</source>
   <translation>Epoche</translation>
  </message>
  <message>
   <source>Failed after {time}: {reason}</source>
   <translation>Fehlgeschlagen nach {time}: {reason}</translation>
  </message>
  <message>
   <source>Load: {load}</source>
   <translation>Auslastung: {load}</translation>
  </message>
  <message>
   <source>Logarithmic</source>
   <translation>Logarithmisch</translation>
  </message>
  <message>
   <source>Loss</source>
   <translation>Verlust</translation>
  </message>
  <message>
   <source>Memory of this run: {used}</source>
   <translation>Speicher dieses Laufs: {used}</translation>
  </message>
  <message>
   <source>Memory: {used}</source>
   <translation>Speicher: {used}</translation>
  </message>
  <message>
   <source>Non maximum suppression, which comes last, may remove some of the objects.</source>
   <translation>Die Non-Maximum-Suppression, die zuletzt kommt, entfernt vielleicht einige der Objekte.</translation>
  </message>
  <message>
   <source>Open report</source>
   <translation>Bericht öffnen</translation>
  </message>
  <message>
   <source>Quality on the validation chips</source>
   <translation>Güte auf den Validierungskacheln</translation>
  </message>
  <message>
   <source>Show model</source>
   <translation>Modell zeigen</translation>
  </message>
  <message>
   <source>Show small losses as clearly as large ones.</source>
   <translation>Kleine Verluste ebenso deutlich zeigen wie große.</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Wird gestartet</translation>
  </message>
  <message>
   <source>Stop soon. What is done is kept where it is of use; the log says what.</source>
   <translation>Bald anhalten. Was fertig ist, bleibt erhalten, soweit es brauchbar ist; das Protokoll sagt, was.</translation>
  </message>
  <message>
   <source>Stopping …</source>
   <translation>Wird angehalten …</translation>
  </message>
  <message>
   <source>The first {shown} objects are on the map; the layer will hold all.</source>
   <translation>Die ersten {shown} Objekte sind auf der Karte; der Layer wird alle enthalten.</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>Schritte</translation>
  </message>
  <message>
   <source>training</source>
   <translation>Training</translation>
  </message>
  <message>
   <source>validation</source>
   <translation>Validierung</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>noch {time}</translation>
  </message>
 </context>
 <context>
  <name>Schema</name>
  <message>
   <source>0 means background in training data.</source>
   <translation>0 bedeutet in den Trainingsdaten Hintergrund.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Wählen Sie einen anderen Namen.</translation>
  </message>
  <message>
   <source>Choose another parent.</source>
   <translation>Wählen Sie eine andere übergeordnete Klasse.</translation>
  </message>
  <message>
   <source>Choose another value.</source>
   <translation>Wählen Sie einen anderen Wert.</translation>
  </message>
  <message>
   <source>Give it one, such as house.</source>
   <translation>Geben Sie ihr einen, etwa Haus.</translation>
  </message>
  <message>
   <source>The class has no name.</source>
   <translation>Die Klasse hat keinen Namen.</translation>
  </message>
  <message>
   <source>The class {} cannot be a kind of {}, which lies within it.</source>
   <translation>Die Klasse {} kann keine Art von {} sein, die unter ihr liegt.</translation>
  </message>
  <message>
   <source>The class {} has the value {} already.</source>
   <translation>Die Klasse {} hat schon den Wert {}.</translation>
  </message>
  <message>
   <source>The class {} has the value {}; values are whole numbers from 1 on.</source>
   <translation>Die Klasse {} hat den Wert {}; Werte sind ganze Zahlen ab 1.</translation>
  </message>
  <message>
   <source>There is a class {} already.</source>
   <translation>Es gibt schon eine Klasse {}.</translation>
  </message>
  <message>
   <source>There is no class of the value {}.</source>
   <translation>Es gibt keine Klasse mit dem Wert {}.</translation>
  </message>
 </context>
 <context>
  <name>Session</name>
  <message>
   <source>Set it in the layer's properties.</source>
   <translation>Legen Sie es in den Eigenschaften des Layers fest.</translation>
  </message>
  <message>
   <source>The area lies outside the imagery.</source>
   <translation>Die Fläche liegt außerhalb der Bilddaten.</translation>
  </message>
  <message>
   <source>The class {} was added.</source>
   <translation>Die Klasse {} wurde hinzugefügt.</translation>
  </message>
  <message>
   <source>The layer {} has no coordinate system.</source>
   <translation>Der Layer {} hat kein Koordinatensystem.</translation>
  </message>
  <message>
   <source>The object is small, {:.0f} × {:.0f} pixels: below {:.0f} pixels little can be learned.</source>
   <translation>Das Objekt ist klein, {:.0f} × {:.0f} Pixel: Unter {:.0f} Pixeln lässt sich wenig lernen.</translation>
  </message>
  <message>
   <source>The object lies outside the imagery {}: no chip will show it.</source>
   <translation>Das Objekt liegt außerhalb der Bilddaten {}: Keine Kachel wird es zeigen.</translation>
  </message>
  <message>
   <source>{} of the objects are gone: somebody else has deleted them.</source>
   <translation>{} der Objekte sind nicht mehr da: Jemand anders hat sie gelöscht.</translation>
  </message>
  <message>
   <source>{} of the objects were left alone: somebody else has changed them. Look at them again.</source>
   <translation>{} der Objekte wurden nicht angetastet: Jemand anders hat sie geändert. Sehen Sie sie noch einmal an.</translation>
  </message>
  <message>
   <source>“{}” cannot be taken back: the objects were changed since by somebody else.</source>
   <translation>„{}“ kann nicht rückgängig gemacht werden: Die Objekte wurden seitdem von jemand anderem geändert.</translation>
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
   <translation>leer: Pakete kommen aus dem Internet</translation>
  </message>
  <message>
   <source>empty: the environment that Kestrel builds</source>
   <translation>leer: die Umgebung, die Kestrel erstellt</translation>
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
   <translation>Ein neues GeoPackage oder ein beliebiger Polygonlayer, der bearbeitet werden kann und ein Feld für die Klasse hat</translation>
  </message>
  <message>
   <source>Add imagery to the project first: a raster layer.</source>
   <translation>Fügen Sie dem Projekt zuerst Bilddaten hinzu: einen Rasterlayer.</translation>
  </message>
  <message>
   <source>Add one, text or whole number.</source>
   <translation>Fügen Sie eines hinzu, Text oder ganze Zahl.</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Zellgröße</translation>
  </message>
  <message>
   <source>Choose another name, or add its layer to the project and choose it here.</source>
   <translation>Wählen Sie einen anderen Namen, oder fügen Sie den Layer zum Projekt hinzu und wählen Sie ihn hier.</translation>
  </message>
  <message>
   <source>Class field</source>
   <translation>Klassenfeld</translation>
  </message>
  <message>
   <source>GeoPackage (*.gpkg)</source>
   <translation>GeoPackage (*.gpkg)</translation>
  </message>
  <message>
   <source>Imagery</source>
   <translation>Bilddaten</translation>
  </message>
  <message>
   <source>Imagery and labels</source>
   <translation>Bilddaten und Labels</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>Labels</translation>
  </message>
  <message>
   <source>New GeoPackage…</source>
   <translation>Neues GeoPackage…</translation>
  </message>
  <message>
   <source>New label layer</source>
   <translation>Neuer Layer für Labels</translation>
  </message>
  <message>
   <source>Start labeling</source>
   <translation>Erfassung starten</translation>
  </message>
  <message>
   <source>Stop labeling</source>
   <translation>Erfassung beenden</translation>
  </message>
  <message>
   <source>The field that holds the class of each object: its value or its name</source>
   <translation>Das Feld mit der Klasse jedes Objekts: ihr Wert oder ihr Name</translation>
  </message>
  <message>
   <source>The file {} is there already and holds no layer {}.</source>
   <translation>Die Datei {} gibt es schon, und sie enthält keinen Layer {}.</translation>
  </message>
  <message>
   <source>The imagery that is labelled: its pixels measure the objects</source>
   <translation>Die Bilddaten, in denen erfasst wird: Ihre Pixel messen die Objekte</translation>
  </message>
  <message>
   <source>The layer {} has no field for the class.</source>
   <translation>Der Layer {} hat kein Feld für die Klasse.</translation>
  </message>
  <message>
   <source>This imagery has no pixels of its own: the size of one, in units of its coordinate system</source>
   <translation>Diese Bilddaten haben keine eigenen Pixel: die Größe eines Pixels, in Einheiten ihres Koordinatensystems</translation>
  </message>
  <message>
   <source>{} on {}</source>
   <translation>{} auf {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestBox</name>
  <message>
   <source>A click accepts, the right button rejects.</source>
   <translation>Ein Klick nimmt an, die rechte Taste lehnt ab.</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>Annehmen</translation>
  </message>
  <message>
   <source>Accept all</source>
   <translation>Alle annehmen</translation>
  </message>
  <message>
   <source>Accept all ({})</source>
   <translation>Alle annehmen ({})</translation>
  </message>
  <message>
   <source>Accept and reject on the map</source>
   <translation>Auf der Karte annehmen und ablehnen</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Ein Modellpaket wählen</translation>
  </message>
  <message>
   <source>Click accepts, the right button rejects. Keys on the map: Enter/A accept, Delete/R reject, ←/→ step, 1–9 accept with that class.</source>
   <translation>Ein Klick nimmt an, die rechte Taste lehnt ab. Tasten auf der Karte: Enter/A annehmen, Entf/R ablehnen, ←/→ blättern, 1–9 mit dieser Klasse annehmen.</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Konfidenz</translation>
  </message>
  <message>
   <source>Do not suggest the highlighted object again. On the map: Delete or R.</source>
   <translation>Das hervorgehobene Objekt nicht mehr vorschlagen. Auf der Karte: Entf oder R.</translation>
  </message>
  <message>
   <source>Do not suggest these objects again, those below the threshold neither.</source>
   <translation>Diese Objekte nicht mehr vorschlagen, auch nicht die unter dem Schwellenwert.</translation>
  </message>
  <message>
   <source>Go on? You can also zoom in, or cancel it at any time.</source>
   <translation>Fortfahren? Sie können auch hineinzoomen oder jederzeit abbrechen.</translation>
  </message>
  <message>
   <source>Let the model look at what the map shows, and propose objects.</source>
   <translation>Das Modell ansehen lassen, was die Karte zeigt, und Objekte vorschlagen lassen.</translation>
  </message>
  <message>
   <source>Look at the next suggestion. On the map: → or N.</source>
   <translation>Den nächsten Vorschlag ansehen. Auf der Karte: → oder N.</translation>
  </message>
  <message>
   <source>Look at the suggestion before. On the map: ← or P.</source>
   <translation>Den vorigen Vorschlag ansehen. Auf der Karte: ← oder P.</translation>
  </message>
  <message>
   <source>Make a label of the highlighted suggestion. On the map: Enter or A; 1–9 with another class.</source>
   <translation>Den hervorgehobenen Vorschlag als Label übernehmen. Auf der Karte: Enter oder A; 1–9 mit einer anderen Klasse.</translation>
  </message>
  <message>
   <source>Make labels of all suggestions that are shown. One step to undo.</source>
   <translation>Alle gezeigten Vorschläge als Labels übernehmen. Ein einziger Schritt zum Rückgängigmachen.</translation>
  </message>
  <message>
   <source>Model package (.dlpk, .emd)</source>
   <translation>Modellpaket (.dlpk, .emd)</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Modellpakete</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Weiter</translation>
  </message>
  <message>
   <source>Nothing new was found in the view: {} objects have a label or were decided about.</source>
   <translation>In der Ansicht wurde nichts Neues gefunden: {} Objekte haben ein Label oder sind schon entschieden.</translation>
  </message>
  <message>
   <source>Only suggestions that are as sure as this are shown, and accepted with Accept all</source>
   <translation>Nur Vorschläge, die mindestens so sicher sind, werden gezeigt und mit „Alle annehmen“ angenommen</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Ablehnen</translation>
  </message>
  <message>
   <source>Reject all</source>
   <translation>Alle ablehnen</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Wird gestartet</translation>
  </message>
  <message>
   <source>Suggest in view</source>
   <translation>In der Ansicht vorschlagen</translation>
  </message>
  <message>
   <source>That takes about {}.</source>
   <translation>Das dauert etwa {}.</translation>
  </message>
  <message>
   <source>The model found nothing in the view.</source>
   <translation>Das Modell hat in der Ansicht nichts gefunden.</translation>
  </message>
  <message>
   <source>The model that suggests objects</source>
   <translation>Das Modell, das Objekte vorschlägt</translation>
  </message>
  <message>
   <source>The view is large: the model looks at it in {} tiles.</source>
   <translation>Die Ansicht ist groß: Das Modell sieht sie in {} Kacheln an.</translation>
  </message>
  <message>
   <source>{} objects were found, none of them as sure as {} %: move the slider to see them.</source>
   <translation>{} Objekte wurden gefunden, keines so sicher wie {} %: Verschieben Sie den Regler, um sie zu sehen.</translation>
  </message>
  <message>
   <source>{}, {:.0f} % · {} of {}</source>
   <translation>{}, {:.0f} % · {} von {}</translation>
  </message>
  <message>
   <source>≥ {} %</source>
   <translation>≥ {} %</translation>
  </message>
  <message>
   <source>≥ {} %: {} of {}</source>
   <translation>≥ {} %: {} von {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestRequest</name>
  <message>
   <source>Choose a model package (.dlpk or .emd).</source>
   <translation>Wählen Sie ein Modellpaket (.dlpk oder .emd).</translation>
  </message>
  <message>
   <source>No model is chosen.</source>
   <translation>Es ist kein Modell gewählt.</translation>
  </message>
  <message>
   <source>See it in the model inspector, or choose another one.</source>
   <translation>Sehen Sie es im Modellinspektor an, oder wählen Sie ein anderes.</translation>
  </message>
  <message>
   <source>The map does not show the imagery {}.</source>
   <translation>Die Karte zeigt die Bilddaten {} nicht.</translation>
  </message>
  <message>
   <source>Zoom to it first.</source>
   <translation>Zoomen Sie zuerst darauf.</translation>
  </message>
  <message>
   <source>{} cannot be run: its kind is not known, or its weights are missing.</source>
   <translation>{} kann nicht ausgeführt werden: Die Art ist nicht bekannt, oder die Gewichte fehlen.</translation>
  </message>
 </context>
 <context>
  <name>Suggester</name>
  <message>
   <source>Suggest in view</source>
   <translation>In der Ansicht vorschlagen</translation>
  </message>
 </context>
 <context>
  <name>Tables</name>
  <message>
   <source>Check the rights to the database or the file.</source>
   <translation>Prüfen Sie die Rechte an der Datenbank oder der Datei.</translation>
  </message>
  <message>
   <source>The table {} cannot be changed: {}</source>
   <translation>Die Tabelle {} kann nicht geändert werden: {}</translation>
  </message>
  <message>
   <source>The table {} cannot be made beside {}: {}</source>
   <translation>Die Tabelle {} kann neben {} nicht angelegt werden: {}</translation>
  </message>
  <message>
   <source>The table {} was made beside {} and cannot be opened.</source>
   <translation>Die Tabelle {} wurde neben {} angelegt und kann nicht geöffnet werden.</translation>
  </message>
 </context>
 <context>
  <name>ToolBox</name>
  <message>
   <source>Box of a fixed size</source>
   <translation>Rechteck fester Größe</translation>
  </message>
  <message>
   <source>Circle</source>
   <translation>Kreis</translation>
  </message>
  <message>
   <source>Click both ends of one side, then the other side.</source>
   <translation>Beide Enden einer Seite klicken, dann die andere Seite.</translation>
  </message>
  <message>
   <source>Click selects, Ctrl adds, dragging moves, Delete deletes.</source>
   <translation>Klick wählt, Strg fügt hinzu, Ziehen verschiebt, Entf löscht.</translation>
  </message>
  <message>
   <source>Click the corners; the right button or a double click finishes, Backspace takes one back.</source>
   <translation>Die Ecken klicken; rechte Taste oder Doppelklick schließt ab, Rücktaste nimmt eine zurück.</translation>
  </message>
  <message>
   <source>Drag a rectangle in which all objects are labelled.</source>
   <translation>Ein Rechteck aufziehen, in dem alle Objekte erfasst sind.</translation>
  </message>
  <message>
   <source>Drag from the centre, or click it and the border.</source>
   <translation>Von der Mitte aus ziehen, oder Mitte und Rand klicken.</translation>
  </message>
  <message>
   <source>Drag, or click two corners.</source>
   <translation>Ziehen, oder zwei Ecken klicken.</translation>
  </message>
  <message>
   <source>Draw a rectangle that touches the areas to remove.</source>
   <translation>Ein Rechteck zeichnen, das die zu entfernenden Flächen berührt.</translation>
  </message>
  <message>
   <source>Draw area</source>
   <translation>Fläche zeichnen</translation>
  </message>
  <message>
   <source>Draw the outline with the button held down.</source>
   <translation>Den Umriss mit gedrückter Taste zeichnen.</translation>
  </message>
  <message>
   <source>Each click makes a box about it.</source>
   <translation>Jeder Klick setzt ein Rechteck um sich.</translation>
  </message>
  <message>
   <source>Edit vertices</source>
   <translation>Stützpunkte bearbeiten</translation>
  </message>
  <message>
   <source>Lasso</source>
   <translation>Lasso</translation>
  </message>
  <message>
   <source>Polygon</source>
   <translation>Polygon</translation>
  </message>
  <message>
   <source>QGIS's vertex tool on the labels.</source>
   <translation>Das Stützpunktwerkzeug von QGIS auf den Labels.</translation>
  </message>
  <message>
   <source>Rectangle</source>
   <translation>Rechteck</translation>
  </message>
  <message>
   <source>Remove areas</source>
   <translation>Flächen entfernen</translation>
  </message>
  <message>
   <source>Rotated rectangle</source>
   <translation>Gedrehtes Rechteck</translation>
  </message>
  <message>
   <source>Select, move, delete</source>
   <translation>Wählen, verschieben, löschen</translation>
  </message>
  <message>
   <source>Streaming</source>
   <translation>Laufend</translation>
  </message>
  <message>
   <source>Streaming: polygons take points as the mouse moves</source>
   <translation>Laufend digitalisieren: Polygone nehmen Punkte auf, während sich die Maus bewegt</translation>
  </message>
 </context>
 <context>
  <name>ToolRun</name>
  <message>
   <source>The tool failed.</source>
   <translation>Das Werkzeug ist fehlgeschlagen.</translation>
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
   <translation>Kestrel-Arbeitsablauf</translation>
  </message>
 </context>
 <context>
  <name>WorkflowPanel</name>
  <message>
   <source>Below is the run before ({}).</source>
   <translation>Darunter steht der Lauf davor ({}).</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Ein Modellpaket wählen</translation>
  </message>
  <message>
   <source>Choose a pretrained model package: to detect with it, or to train it further with your labels</source>
   <translation>Ein vortrainiertes Modellpaket wählen: um damit zu erkennen oder es mit den eigenen Labels weiterzutrainieren</translation>
  </message>
  <message>
   <source>Compute …</source>
   <translation>Berechnen …</translation>
  </message>
  <message>
   <source>Detect …</source>
   <translation>Erkennen …</translation>
  </message>
  <message>
   <source>Export …</source>
   <translation>Exportieren …</translation>
  </message>
  <message>
   <source>Kestrel Workflow</source>
   <translation>Kestrel-Arbeitsablauf</translation>
  </message>
  <message>
   <source>Label …</source>
   <translation>Erfassen …</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Modellpakete</translation>
  </message>
  <message>
   <source>Next with the model {}.</source>
   <translation>Als Nächstes mit dem Modell {}.</translation>
  </message>
  <message>
   <source>Next with {}, against the labels.</source>
   <translation>Als Nächstes mit {}, gegen die Labels.</translation>
  </message>
  <message>
   <source>No area is marked as completely labelled.</source>
   <translation>Keine Fläche ist als vollständig erfasst markiert.</translation>
  </message>
  <message>
   <source>Not yet.</source>
   <translation>Noch nicht.</translation>
  </message>
  <message>
   <source>Not yet: choose imagery and draw objects.</source>
   <translation>Noch nicht: Bilddaten wählen und Objekte zeichnen.</translation>
  </message>
  <message>
   <source>Open the tool with the parameters of its last run</source>
   <translation>Das Werkzeug mit den Parametern seines letzten Laufs öffnen</translation>
  </message>
  <message>
   <source>Open the tool with the results of the steps before</source>
   <translation>Das Werkzeug mit den Ergebnissen der Schritte davor öffnen</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Entfernen …</translation>
  </message>
  <message>
   <source>Run again …</source>
   <translation>Erneut …</translation>
  </message>
  <message>
   <source>Train from scratch, and detect with the trained model</source>
   <translation>Von Grund auf trainieren und mit dem trainierten Modell erkennen</translation>
  </message>
  <message>
   <source>Train …</source>
   <translation>Trainieren …</translation>
  </message>
  <message>
   <source>Trains {} further.</source>
   <translation>Trainiert {} weiter.</translation>
  </message>
  <message>
   <source>Use a package …</source>
   <translation>Paket verwenden …</translation>
  </message>
  <message>
   <source>Without package</source>
   <translation>Ohne Paket</translation>
  </message>
  <message>
   <source>imagery</source>
   <translation>Bilddaten</translation>
  </message>
  <message>
   <source>is gone</source>
   <translation>nicht mehr da</translation>
  </message>
  <message>
   <source>labels</source>
   <translation>Labels</translation>
  </message>
  <message>
   <source>{} objects are labelled.</source>
   <translation>{} Objekte sind erfasst.</translation>
  </message>
 </context>
 <context>
  <name>WorkflowWords</name>
  <message>
   <source>AP50 {}</source>
   <translation>AP50 {}</translation>
  </message>
  <message>
   <source>Compute accuracy</source>
   <translation>Genauigkeit berechnen</translation>
  </message>
  <message>
   <source>Detect objects</source>
   <translation>Objekte erkennen</translation>
  </message>
  <message>
   <source>Done ({}).</source>
   <translation>Fertig ({}).</translation>
  </message>
  <message>
   <source>Export training data</source>
   <translation>Trainingsdaten exportieren</translation>
  </message>
  <message>
   <source>F1 {}</source>
   <translation>F1 {}</translation>
  </message>
  <message>
   <source>Failed ({}): {}</source>
   <translation>Fehlgeschlagen ({}): {}</translation>
  </message>
  <message>
   <source>Label objects</source>
   <translation>Objekte erfassen</translation>
  </message>
  <message>
   <source>Remove duplicates (optional)</source>
   <translation>Duplikate entfernen (optional)</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>Läuft</translation>
  </message>
  <message>
   <source>Running …</source>
   <translation>Läuft …</translation>
  </message>
  <message>
   <source>Stopped ({}).</source>
   <translation>Angehalten ({}).</translation>
  </message>
  <message>
   <source>Stopped ({}); what there was is kept.</source>
   <translation>Angehalten ({}); was da war, bleibt erhalten.</translation>
  </message>
  <message>
   <source>Train the model</source>
   <translation>Das Modell trainieren</translation>
  </message>
  <message>
   <source>about {} min left</source>
   <translation>noch etwa {} min</translation>
  </message>
  <message>
   <source>epoch {} kept</source>
   <translation>Epoche {} behalten</translation>
  </message>
  <message>
   <source>less than a minute left</source>
   <translation>noch weniger als eine Minute</translation>
  </message>
  <message>
   <source>precision {}</source>
   <translation>Präzision {}</translation>
  </message>
  <message>
   <source>recall {}</source>
   <translation>Recall {}</translation>
  </message>
  <message>
   <source>today, {}</source>
   <translation>heute, {}</translation>
  </message>
  <message>
   <source>{} chips</source>
   <translation>{} Kacheln</translation>
  </message>
  <message>
   <source>{} duplicates removed</source>
   <translation>{} Duplikate entfernt</translation>
  </message>
  <message>
   <source>{} objects found</source>
   <translation>{} Objekte gefunden</translation>
  </message>
  <message>
   <source>{} objects in them</source>
   <translation>{} Objekte darin</translation>
  </message>
 </context>
</TS>
