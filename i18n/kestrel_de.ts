<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
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
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Umgebung…</translation>
  </message>
  <message>
   <source>Model inspector…</source>
   <translation>Modellinspektor…</translation>
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
   <source>Model inspector</source>
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
   <source>this field</source>
   <translation>dieses Feld</translation>
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
</TS>
