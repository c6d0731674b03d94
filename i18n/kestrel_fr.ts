<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
 <context>
  <name>Desktop</name>
  <message>
   <source>Environment …</source>
   <translation>Environnement …</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Environnement de Kestrel</translation>
  </message>
  <message>
   <source>There is no environment for deep learning yet.</source>
   <translation>Il n'y a pas encore d'environnement pour l'apprentissage profond.</translation>
  </message>
 </context>
 <context>
  <name>EnvironmentDialog</name>
  <message>
   <source>Apply</source>
   <translation>Appliquer</translation>
  </message>
  <message>
   <source>Build</source>
   <translation>Construire</translation>
  </message>
  <message>
   <source>Build the environment anew.</source>
   <translation>Reconstruire l'environnement.</translation>
  </message>
  <message>
   <source>Build what this version of Kestrel and this machine need.</source>
   <translation>Construire ce qu'il faut à cette version de Kestrel et à cette machine.</translation>
  </message>
  <message>
   <source>Building Kestrel's environment</source>
   <translation>Construction de l'environnement de Kestrel</translation>
  </message>
  <message>
   <source>Cancelled; what was there before is there again.</source>
   <translation>Annulé ; ce qui existait auparavant est rétabli.</translation>
  </message>
  <message>
   <source>Check</source>
   <translation>Vérification</translation>
  </message>
  <message>
   <source>Check again</source>
   <translation>Vérifier à nouveau</translation>
  </message>
  <message>
   <source>Checking Kestrel's environment</source>
   <translation>Vérification de l'environnement de Kestrel</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Copier le diagnostic</translation>
  </message>
  <message>
   <source>Copy what somebody who helps has to know. No passwords.</source>
   <translation>Copier ce que doit savoir la personne qui aide. Aucun mot de passe.</translation>
  </message>
  <message>
   <source>Delete environments from the disk.</source>
   <translation>Supprimer des environnements du disque.</translation>
  </message>
  <message>
   <source>Done.</source>
   <translation>Terminé.</translation>
  </message>
  <message>
   <source>Download and install the packages for deep learning.</source>
   <translation>Télécharger et installer les paquets pour l'apprentissage profond.</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Rapport complet</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Environnement de Kestrel</translation>
  </message>
  <message>
   <source>Look at everything again.</source>
   <translation>Tout examiner à nouveau.</translation>
  </message>
  <message>
   <source>Looking at Kestrel's environment</source>
   <translation>Examen de l'environnement de Kestrel</translation>
  </message>
  <message>
   <source>Looking at what there is …</source>
   <translation>Examen de ce qui existe …</translation>
  </message>
  <message>
   <source>Open the page with all versions.</source>
   <translation>Ouvrir la page avec toutes les versions.</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Supprimer …</translation>
  </message>
  <message>
   <source>Removing environments of Kestrel</source>
   <translation>Suppression d'environnements de Kestrel</translation>
  </message>
  <message>
   <source>Repair</source>
   <translation>Réparer</translation>
  </message>
  <message>
   <source>Repair it.</source>
   <translation>Réparez-le.</translation>
  </message>
  <message>
   <source>Repairing Kestrel's environment</source>
   <translation>Réparation de l'environnement de Kestrel</translation>
  </message>
  <message>
   <source>Said</source>
   <translation>Message</translation>
  </message>
  <message>
   <source>The diagnostics are in the clipboard.</source>
   <translation>Le diagnostic est dans le presse-papiers.</translation>
  </message>
  <message>
   <source>The environment does not work.</source>
   <translation>L'environnement ne fonctionne pas.</translation>
  </message>
  <message>
   <source>The environment is built anew, with all downloads. Until that ends no tool of Kestrel can run; when it fails, the old environment comes back. Go on?</source>
   <translation>L'environnement est reconstruit, avec tous les téléchargements. Jusque-là, aucun outil de Kestrel ne peut fonctionner ; en cas d'échec, l'ancien environnement est rétabli. Continuer ?</translation>
  </message>
  <message>
   <source>Trying the environment …</source>
   <translation>Essai de l'environnement …</translation>
  </message>
  <message>
   <source>Update</source>
   <translation>Mettre à jour</translation>
  </message>
  <message>
   <source>Use what these fields say from now on.</source>
   <translation>Utiliser désormais ce qu'indiquent ces champs.</translation>
  </message>
  <message>
   <source>Where it comes from</source>
   <translation>Provenance</translation>
  </message>
  <message>
   <source>{name}, {memory:.1f} GiB of memory, driver {driver}; it works</source>
   <translation>{name}, {memory:.1f} Gio de mémoire, pilote {driver} ; fonctionne</translation>
  </message>
 </context>
 <context>
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Environnement…</translation>
  </message>
  <message>
   <source>Model inspector…</source>
   <translation>Inspecteur de modèles…</translation>
  </message>
 </context>
 <context>
  <name>ModelInspector</name>
  <message>
   <source>Choose a model package</source>
   <translation>Choisir un paquet de modèle</translation>
  </message>
  <message>
   <source>Describing a model</source>
   <translation>Description d'un modèle</translation>
  </message>
  <message>
   <source>Fine-tune</source>
   <translation>Affiner</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Rapport complet</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Importer les classes</translation>
  </message>
  <message>
   <source>Model inspector</source>
   <translation>Inspecteur de modèles</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquets de modèles</translation>
  </message>
  <message>
   <source>The weights are being read; the page opens when it is done.</source>
   <translation>Les poids sont en cours de lecture ; la page s'ouvrira ensuite.</translation>
  </message>
  <message>
   <source>Try the weights, and open a page with everything that is known, curves included.</source>
   <translation>Essayer les poids et ouvrir une page avec tout ce qui est connu, courbes comprises.</translation>
  </message>
  <message>
   <source>Use for detection</source>
   <translation>Utiliser pour la détection</translation>
  </message>
 </context>
 <context>
  <name>ModelPage</name>
  <message>
   <source>A model that finds {what}.</source>
   <translation>Un modèle qui trouve : {what}.</translation>
  </message>
  <message>
   <source>ArcGIS, or a program that writes as it does</source>
   <translation>ArcGIS, ou un programme qui écrit de la même façon</translation>
  </message>
  <message>
   <source>Average precision, {name}</source>
   <translation>Précision moyenne, {name}</translation>
  </message>
  <message>
   <source>Bands</source>
   <translation>Bandes</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Taille de cellule</translation>
  </message>
  <message>
   <source>Choose a model package (.dlpk, or .emd with its weights beside it) above, or drop one here.</source>
   <translation>Choisissez ci-dessus un paquet de modèle (.dlpk, ou .emd avec ses poids à côté), ou déposez-en un ici.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <source>Description</source>
   <translation>Description</translation>
  </message>
  <message>
   <source>Epoch kept</source>
   <translation>Époque retenue</translation>
  </message>
  <message>
   <source>Epochs, at most</source>
   <translation>Époques, au plus</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Fichier</translation>
  </message>
  <message>
   <source>How it was trained</source>
   <translation>Comment il a été entraîné</translation>
  </message>
  <message>
   <source>How well it does</source>
   <translation>Sa qualité</translation>
  </message>
  <message>
   <source>Kestrel cannot run models of the kind {kind}; it runs {known}.</source>
   <translation>Kestrel ne peut pas exécuter les modèles de type {kind} ; il exécute {known}.</translation>
  </message>
  <message>
   <source>Kestrel detects objects with models of this kind and trains them further.</source>
   <translation>Kestrel détecte des objets avec les modèles de ce type et les entraîne davantage.</translation>
  </message>
  <message>
   <source>Nothing in a package is run to describe it.</source>
   <translation>Rien dans un paquet n'est exécuté pour le décrire.</translation>
  </message>
  <message>
   <source>Pixel type</source>
   <translation>Type de pixel</translation>
  </message>
  <message>
   <source>Recommended threshold</source>
   <translation>Seuil recommandé</translation>
  </message>
  <message>
   <source>Test chips</source>
   <translation>Imagettes de test</translation>
  </message>
  <message>
   <source>The imagery it takes</source>
   <translation>L'imagerie qu'il accepte</translation>
  </message>
  <message>
   <source>The package</source>
   <translation>Le paquet</translation>
  </message>
  <message>
   <source>The package names no classes.</source>
   <translation>Le paquet ne nomme aucune classe.</translation>
  </message>
  <message>
   <source>The weights are missing: the package names {weights}. Copy the whole package again.</source>
   <translation>Les poids manquent : le paquet nomme {weights}. Copiez à nouveau le paquet entier.</translation>
  </message>
  <message>
   <source>This cannot be read as a model</source>
   <translation>Ceci ne peut pas être lu comme un modèle</translation>
  </message>
  <message>
   <source>Tile size</source>
   <translation>Taille de tuile</translation>
  </message>
  <message>
   <source>Training chips</source>
   <translation>Imagettes d'entraînement</translation>
  </message>
  <message>
   <source>Validation chips</source>
   <translation>Imagettes de validation</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valeur</translation>
  </message>
  <message>
   <source>Weights</source>
   <translation>Poids</translation>
  </message>
  <message>
   <source>What it finds</source>
   <translation>Ce qu'il trouve</translation>
  </message>
  <message>
   <source>What it found in sample chips</source>
   <translation>Ce qu'il a trouvé dans des imagettes d'exemple</translation>
  </message>
  <message>
   <source>Written by</source>
   <translation>Écrit par</translation>
  </message>
  <message>
   <source>missing</source>
   <translation>manquants</translation>
  </message>
  <message>
   <source>no file</source>
   <translation>aucun fichier</translation>
  </message>
  <message>
   <source>not known</source>
   <translation>inconnu</translation>
  </message>
  <message>
   <source>{kind} with {backbone}</source>
   <translation>{kind} avec {backbone}</translation>
  </message>
  <message>
   <source>{side} pixels</source>
   <translation>{side} pixels</translation>
  </message>
  <message>
   <source>… and {count} more.</source>
   <translation>… et {count} de plus.</translation>
  </message>
 </context>
 <context>
  <name>RemovalDialog</name>
  <message>
   <source>Remove</source>
   <translation>Supprimer</translation>
  </message>
  <message>
   <source>Remove environments</source>
   <translation>Supprimer des environnements</translation>
  </message>
  <message>
   <source>What is ticked is deleted. Other versions of Kestrel, in other profiles of QGIS, may use the environments that this one does not. No tool of Kestrel may be running meanwhile.</source>
   <translation>Ce qui est coché est supprimé. D'autres versions de Kestrel, dans d'autres profils de QGIS, utilisent peut-être les environnements que celle-ci n'utilise pas. Aucun outil de Kestrel ne doit fonctionner pendant ce temps.</translation>
  </message>
  <message>
   <source>not used by this version</source>
   <translation>non utilisé par cette version</translation>
  </message>
  <message>
   <source>used by this version</source>
   <translation>utilisé par cette version</translation>
  </message>
 </context>
 <context>
  <name>SettingsPage</name>
  <message>
   <source>Cache folder</source>
   <translation>Dossier de cache</translation>
  </message>
  <message>
   <source>Choose a folder for environments and weights</source>
   <translation>Choisir un dossier pour les environnements et les poids</translation>
  </message>
  <message>
   <source>Default processor</source>
   <translation>Processeur par défaut</translation>
  </message>
  <message>
   <source>Environment</source>
   <translation>Environnement</translation>
  </message>
  <message>
   <source>Environments take up to 10 GB. What lies in another folder stays there; it is not moved.</source>
   <translation>Les environnements occupent jusqu'à 10 Go. Ce qui se trouve dans un autre dossier y reste ; rien n'est déplacé.</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>Exécution</translation>
  </message>
  <message>
   <source>The CPU; graphics cards are left alone</source>
   <translation>Le processeur (CPU) ; les cartes graphiques ne sont pas utilisées</translation>
  </message>
  <message>
   <source>The environment variable {name} names it: {path}</source>
   <translation>La variable d'environnement {name} l'indique : {path}</translation>
  </message>
  <message>
   <source>The graphics card, where there is one</source>
   <translation>La carte graphique, s'il y en a une</translation>
  </message>
  <message>
   <source>These settings hold for all profiles of this user, and for qgis_process. They are kept in {file}.</source>
   <translation>Ces paramètres valent pour tous les profils de cet utilisateur et pour qgis_process. Ils se trouvent dans {file}.</translation>
  </message>
  <message>
   <source>What AUTO means in the parameter Processor Type of the tools.</source>
   <translation>Ce que signifie AUTO dans le paramètre Processor Type des outils.</translation>
  </message>
 </context>
 <context>
  <name>SourceFields</name>
  <message>
   <source>Choose a Python interpreter</source>
   <translation>Choisir un interpréteur Python</translation>
  </message>
  <message>
   <source>Choose a folder of wheels</source>
   <translation>Choisir un dossier de wheels</translation>
  </message>
  <message>
   <source>For machines without a network: a folder with all wheels of Kestrel's requirements.txt.</source>
   <translation>Pour les machines sans réseau : un dossier avec tous les wheels du requirements.txt de Kestrel.</translation>
  </message>
  <message>
   <source>Offline folder</source>
   <translation>Dossier hors ligne</translation>
  </message>
  <message>
   <source>Own Python</source>
   <translation>Python personnel</translation>
  </message>
  <message>
   <source>The environment variable {name} names the Python: {path}</source>
   <translation>La variable d'environnement {name} indique le Python : {path}</translation>
  </message>
  <message>
   <source>The interpreter itself, such as bin/python or python.exe, with the packages of Kestrel's requirements.txt.</source>
   <translation>L'interpréteur lui-même, tel que bin/python ou python.exe, avec les paquets du requirements.txt de Kestrel.</translation>
  </message>
  <message>
   <source>The settings cannot be written: {reason}</source>
   <translation>Les paramètres ne peuvent pas être écrits : {reason}</translation>
  </message>
  <message>
   <source>There are no wheels (*.whl) in the folder {folder}.</source>
   <translation>Il n'y a pas de wheels (*.whl) dans le dossier {folder}.</translation>
  </message>
  <message>
   <source>There is no file {path}.</source>
   <translation>Il n'y a pas de fichier {path}.</translation>
  </message>
  <message>
   <source>this field</source>
   <translation>ce champ</translation>
  </message>
 </context>
 <context>
  <name>WorkView</name>
  <message>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Cancelling …</source>
   <translation>Annulation …</translation>
  </message>
  <message>
   <source>Copy log</source>
   <translation>Copier le journal</translation>
  </message>
  <message>
   <source>Warning: {text}</source>
   <translation>Avertissement : {text}</translation>
  </message>
  <message>
   <source>What is built, repaired or removed is told here.</source>
   <translation>Ce qui est construit, réparé ou supprimé est indiqué ici.</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>encore {time}</translation>
  </message>
 </context>
</TS>
