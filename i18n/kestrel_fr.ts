<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
 <context>
  <name>AreaLayer</name>
  <message>
   <source>Check the rights.</source>
   <translation>Vérifiez les droits.</translation>
  </message>
  <message>
   <source>Mark area</source>
   <translation>Marquer une zone</translation>
  </message>
  <message>
   <source>Remove area</source>
   <translation>Supprimer une zone</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>Le GeoPackage {} ne peut pas être créé : {}</translation>
  </message>
  <message>
   <source>The layer {} does not take the area.</source>
   <translation>La couche {} n'accepte pas la zone.</translation>
  </message>
 </context>
 <context>
  <name>Chart</name>
  <message>
   <source>Epoch {number}</source>
   <translation>Époque {number}</translation>
  </message>
 </context>
 <context>
  <name>ClassDialog</name>
  <message>
   <source>(no other class)</source>
   <translation>(aucune autre classe)</translation>
  </message>
  <message>
   <source>Add new class</source>
   <translation>Ajouter une classe</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <source>Colour</source>
   <translation>Couleur</translation>
  </message>
  <message>
   <source>Define Class</source>
   <translation>Définir la classe</translation>
  </message>
  <message>
   <source>Edit Class</source>
   <translation>Modifier la classe</translation>
  </message>
  <message>
   <source>Kind of</source>
   <translation>Type de</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Nom</translation>
  </message>
  <message>
   <source>The class that this one is a kind of: it stands inside it in the list.</source>
   <translation>La classe dont celle-ci est un type : elle se place dessous dans la liste.</translation>
  </message>
  <message>
   <source>The number that stands for the class in training data; 0 is background.</source>
   <translation>Le nombre qui désigne la classe dans les données d'entraînement ; 0 est l'arrière-plan.</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valeur</translation>
  </message>
  <message>
   <source>such as house</source>
   <translation>par exemple maison</translation>
  </message>
 </context>
 <context>
  <name>ClassRows</name>
  <message>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <source>Classes</source>
   <translation>Classes</translation>
  </message>
  <message>
   <source>Key</source>
   <translation>Touche</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objets</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valeur</translation>
  </message>
  <message>
   <source>{} with the classes inside</source>
   <translation>{} avec les classes qu'elle contient</translation>
  </message>
 </context>
 <context>
  <name>ClassStore</name>
  <message>
   <source>Ask the owner of the table to add it.</source>
   <translation>Demandez au propriétaire de la table de l'ajouter.</translation>
  </message>
  <message>
   <source>The classes cannot be written to the table {}: {}</source>
   <translation>Les classes ne peuvent pas être écrites dans la table {} : {}</translation>
  </message>
  <message>
   <source>The table {} of the classes has no column parent, and cannot be given one: their groups are kept here only.</source>
   <translation>La table {} des classes n'a pas de colonne parent et ne peut en recevoir : les groupes ne sont conservés qu'ici.</translation>
  </message>
 </context>
 <context>
  <name>ClassTree</name>
  <message>
   <source>Add class</source>
   <translation>Ajouter une classe</translation>
  </message>
  <message>
   <source>Add class inside</source>
   <translation>Ajouter une classe dedans</translation>
  </message>
  <message>
   <source>Class table (*.csv)</source>
   <translation>Table de classes (*.csv)</translation>
  </message>
  <message>
   <source>Classes (*.dlpk *.emd *.ecs *.csv)</source>
   <translation>Classes (*.dlpk *.emd *.ecs *.csv)</translation>
  </message>
  <message>
   <source>Classes from the layer's values</source>
   <translation>Classes d'après les valeurs de la couche</translation>
  </message>
  <message>
   <source>Edit class</source>
   <translation>Modifier la classe</translation>
  </message>
  <message>
   <source>Give this class to the selected objects ({})</source>
   <translation>Donner cette classe aux objets sélectionnés ({})</translation>
  </message>
  <message>
   <source>Import and save classes</source>
   <translation>Importer et enregistrer les classes</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Importer des classes</translation>
  </message>
  <message>
   <source>Import classes from a file</source>
   <translation>Importer des classes depuis un fichier</translation>
  </message>
  <message>
   <source>Import classes from a model package (.dlpk, .emd), an ArcGIS schema (.ecs) or a class table (.csv)</source>
   <translation>Importer des classes depuis un paquet de modèle (.dlpk, .emd), un schéma ArcGIS (.ecs) ou une table de classes (.csv)</translation>
  </message>
  <message>
   <source>Move down</source>
   <translation>Descendre</translation>
  </message>
  <message>
   <source>Move up</source>
   <translation>Monter</translation>
  </message>
  <message>
   <source>Not imported, because another class has the name or the value: {}.</source>
   <translation>Non importées, car une autre classe porte le nom ou la valeur : {}.</translation>
  </message>
  <message>
   <source>Objects stay; those of a class that is removed are drawn grey.</source>
   <translation>Les objets restent ; ceux d'une classe supprimée sont dessinés en gris.</translation>
  </message>
  <message>
   <source>Remove all of them</source>
   <translation>Les supprimer toutes</translation>
  </message>
  <message>
   <source>Remove class</source>
   <translation>Supprimer la classe</translation>
  </message>
  <message>
   <source>Remove it, keep those inside</source>
   <translation>La supprimer, garder celles qu'elle contient</translation>
  </message>
  <message>
   <source>Save classes</source>
   <translation>Enregistrer les classes</translation>
  </message>
  <message>
   <source>Save classes as a class table (.csv), which Export Training Data takes too</source>
   <translation>Enregistrer les classes dans une table de classes (.csv), qu'accepte aussi Export Training Data</translation>
  </message>
  <message>
   <source>Save classes to a file</source>
   <translation>Enregistrer les classes dans un fichier</translation>
  </message>
  <message>
   <source>Show only its objects</source>
   <translation>N'afficher que ses objets</translation>
  </message>
  <message>
   <source>The class {} holds {} other classes. {} objects have the class itself, {} those inside it.</source>
   <translation>La classe {} contient {} autres classes. {} objets ont la classe elle-même, {} celles qu'elle contient.</translation>
  </message>
  <message>
   <source>{} objects have the class {}. They stay, without a class that is known. Remove the class?</source>
   <translation>{} objets ont la classe {}. Ils restent, sans classe connue. Supprimer la classe ?</translation>
  </message>
 </context>
 <context>
  <name>CoverageBox</name>
  <message>
   <source>Mark the view</source>
   <translation>Marquer la vue</translation>
  </message>
  <message>
   <source>Mark what the map shows as completely labelled</source>
   <translation>Marquer ce que montre la carte comme entièrement annoté</translation>
  </message>
  <message>
   <source>Mark where every object is labelled. Export Training Data takes these areas as its Input Mask Polygons, so that places that nobody looked at are not learned as background.</source>
   <translation>Marquer là où chaque objet est annoté. Export Training Data prend ces zones comme Input Mask Polygons, pour que les endroits que personne n'a examinés ne soient pas appris comme arrière-plan.</translation>
  </message>
  <message>
   <source>Share of the imagery that is marked</source>
   <translation>Part de l'imagerie qui est marquée</translation>
  </message>
  <message>
   <source>{:.1f} % of {} is marked.</source>
   <translation>{:.1f} % de {} sont marqués.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: no share can be given.</source>
   <translation>{} est un service cartographique sans fin : aucune part ne peut être indiquée.</translation>
  </message>
 </context>
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
  <name>EditedLayer</name>
  <message>
   <source>Its file may be write-protected or open elsewhere, or the layer marked as read-only in the project.</source>
   <translation>Son fichier est peut-être protégé en écriture ou ouvert ailleurs, ou la couche est marquée en lecture seule dans le projet.</translation>
  </message>
  <message>
   <source>The file {} is gone: it was moved, renamed or deleted. The edits wait here until it is back.</source>
   <translation>Le fichier {} n'est plus là : il a été déplacé, renommé ou supprimé. Les modifications attendent ici son retour.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>La couche {} ne peut pas être modifiée.</translation>
  </message>
  <message>
   <source>{} edits of {} could not be saved. They are kept here, and saved with the next edit or by Save: {}</source>
   <translation>{} modifications de {} n'ont pas pu être enregistrées. Elles sont conservées ici, et enregistrées avec la prochaine modification ou par Enregistrer : {}</translation>
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
  <name>ExportTab</name>
  <message>
   <source>All parameters …</source>
   <translation>Tous les paramètres …</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Cancelled; nothing was written.</source>
   <translation>Annulé ; rien n'a été écrit.</translation>
  </message>
  <message>
   <source>Contact sheet</source>
   <translation>Planche-contact</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exporter</translation>
  </message>
  <message>
   <source>Open folder</source>
   <translation>Ouvrir le dossier</translation>
  </message>
  <message>
   <source>Open the tool itself with what is set here</source>
   <translation>Ouvrir l'outil lui-même avec ce qui est réglé ici</translation>
  </message>
  <message>
   <source>Show the tiles on the map</source>
   <translation>Afficher les tuiles sur la carte</translation>
  </message>
  <message>
   <source>The tool Export Training Data is not there: switch Processing on in the plugins.</source>
   <translation>L'outil Export Training Data n'est pas là : activez Processing dans les extensions.</translation>
  </message>
  <message>
   <source>{} chips with {} objects are in {}.</source>
   <translation>{} imagettes avec {} objets sont dans {}.</translation>
  </message>
 </context>
 <context>
  <name>FoldersWidget</name>
  <message>
   <source>Add a folder</source>
   <translation>Ajouter un dossier</translation>
  </message>
  <message>
   <source>Folders, with ; between them</source>
   <translation>Dossiers, séparés par ;</translation>
  </message>
 </context>
 <context>
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Environnement…</translation>
  </message>
  <message>
   <source>Help</source>
   <translation>Aide</translation>
  </message>
  <message>
   <source>Model Inspector…</source>
   <translation>Inspecteur de modèles…</translation>
  </message>
  <message>
   <source>Settings…</source>
   <translation>Paramètres…</translation>
  </message>
 </context>
 <context>
  <name>LabelDock</name>
  <message>
   <source>Box</source>
   <translation>Boîte</translation>
  </message>
  <message>
   <source>Choose imagery and labels, then start.</source>
   <translation>Choisir imagerie et annotations, puis démarrer.</translation>
  </message>
  <message>
   <source>Coverage</source>
   <translation>Zones</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <source>Height of the box of a fixed size, in pixels</source>
   <translation>Hauteur de la boîte de taille fixe, en pixels</translation>
  </message>
  <message>
   <source>Label</source>
   <translation>Annoter</translation>
  </message>
  <message>
   <source>Label Objects</source>
   <translation>Annoter des objets</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objets</translation>
  </message>
  <message>
   <source>Objects that are smaller are warned about</source>
   <translation>Les objets plus petits font l'objet d'un avertissement</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Refaire</translation>
  </message>
  <message>
   <source>Redo {}</source>
   <translation>Refaire {}</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>Réviser</translation>
  </message>
  <message>
   <source>Save each edit at once</source>
   <translation>Enregistrer chaque modification aussitôt</translation>
  </message>
  <message>
   <source>Save each edit at once: nothing is lost if QGIS or the computer stops. Undo works all the same.</source>
   <translation>Enregistrer chaque modification aussitôt : rien n'est perdu si QGIS ou l'ordinateur s'arrête. L'annulation reste possible.</translation>
  </message>
  <message>
   <source>Save labels</source>
   <translation>Enregistrer les annotations</translation>
  </message>
  <message>
   <source>Start labeling first: then the classes come in ({}).</source>
   <translation>Démarrez d'abord l'annotation : les classes seront alors ajoutées ({}).</translation>
  </message>
  <message>
   <source>Suggest</source>
   <translation>Suggestions</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Undo {}</source>
   <translation>Annuler {}</translation>
  </message>
  <message>
   <source>Warn below (px)</source>
   <translation>Avertir sous (px)</translation>
  </message>
  <message>
   <source>Width of the box of a fixed size, in pixels</source>
   <translation>Largeur de la boîte de taille fixe, en pixels</translation>
  </message>
  <message>
   <source>none</source>
   <translation>aucune</translation>
  </message>
  <message>
   <source>{} objects · {} unsaved · class: {}</source>
   <translation>{} objets · {} non enregistrés · classe : {}</translation>
  </message>
 </context>
 <context>
  <name>LabelLayer</name>
  <message>
   <source>Add {}</source>
   <translation>Ajouter {}</translation>
  </message>
  <message>
   <source>All objects of the class {} were changed with it. This cannot be undone; edit the class to change it back.</source>
   <translation>Tous les objets de la classe {} ont été modifiés avec elle. Cela ne peut pas être annulé ; modifiez la classe pour revenir en arrière.</translation>
  </message>
  <message>
   <source>Another class is being renamed.</source>
   <translation>Une autre classe est en train d'être renommée.</translation>
  </message>
  <message>
   <source>Change class to {}</source>
   <translation>Changer la classe en {}</translation>
  </message>
  <message>
   <source>Choose a polygon layer.</source>
   <translation>Choisissez une couche de polygones.</translation>
  </message>
  <message>
   <source>Choose another folder.</source>
   <translation>Choisissez un autre dossier.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Choisissez un autre nom.</translation>
  </message>
  <message>
   <source>Choose the field with the class.</source>
   <translation>Choisissez le champ qui contient la classe.</translation>
  </message>
  <message>
   <source>Delete objects</source>
   <translation>Supprimer des objets</translation>
  </message>
  <message>
   <source>Move object</source>
   <translation>Déplacer l'objet</translation>
  </message>
  <message>
   <source>Move objects</source>
   <translation>Déplacer des objets</translation>
  </message>
  <message>
   <source>Rename {} to {}</source>
   <translation>Renommer {} en {}</translation>
  </message>
  <message>
   <source>Save it as a GeoPackage and choose that one.</source>
   <translation>Enregistrez-la en GeoPackage et choisissez celui-ci.</translation>
  </message>
  <message>
   <source>Save the labels first.</source>
   <translation>Enregistrez d'abord les annotations.</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>Le GeoPackage {} ne peut pas être créé : {}</translation>
  </message>
  <message>
   <source>The class {} has many objects, and there are edits that are not saved.</source>
   <translation>La classe {} a beaucoup d'objets, et des modifications ne sont pas enregistrées.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>La couche {} ne peut pas être modifiée.</translation>
  </message>
  <message>
   <source>The layer {} does not take the object.</source>
   <translation>La couche {} n'accepte pas l'objet.</translation>
  </message>
  <message>
   <source>The layer {} has no field {}.</source>
   <translation>La couche {} n'a pas de champ {}.</translation>
  </message>
  <message>
   <source>The layer {} holds no polygons.</source>
   <translation>La couche {} ne contient pas de polygones.</translation>
  </message>
  <message>
   <source>There is a file {} already.</source>
   <translation>Il y a déjà un fichier {}.</translation>
  </message>
  <message>
   <source>Wait until that is done.</source>
   <translation>Attendez que ce soit terminé.</translation>
  </message>
 </context>
 <context>
  <name>LabelStyle</name>
  <message>
   <source>other</source>
   <translation>autre</translation>
  </message>
 </context>
 <context>
  <name>Labeling</name>
  <message>
   <source>Label Objects</source>
   <translation>Annoter des objets</translation>
  </message>
 </context>
 <context>
  <name>LiveLayer</name>
  <message>
   <source>Objects (being found): {count}</source>
   <translation>Objets (détection en cours) : {count}</translation>
  </message>
  <message>
   <source>Objects (being found, before suppression): {count}</source>
   <translation>Objets (détection en cours, avant suppression) : {count}</translation>
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
   <source>Model Inspector</source>
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
  <name>Monitor</name>
  <message>
   <source>Run Monitor</source>
   <translation>Moniteur d'exécution</translation>
  </message>
 </context>
 <context>
  <name>MonitorDock</name>
  <message>
   <source>No tool of Kestrel has run yet in this session. What runs is followed here.</source>
   <translation>Aucun outil de Kestrel n'a encore été exécuté dans cette session. Ce qui s'exécute se suit ici.</translation>
  </message>
  <message>
   <source>Objects (partial)</source>
   <translation>Objets (partiels)</translation>
  </message>
  <message>
   <source>Open by itself when a training begins</source>
   <translation>S'ouvrir de lui-même quand un entraînement commence</translation>
  </message>
  <message>
   <source>Options</source>
   <translation>Options</translation>
  </message>
  <message>
   <source>Report: {name}</source>
   <translation>Rapport : {name}</translation>
  </message>
  <message>
   <source>Run Monitor</source>
   <translation>Moniteur d'exécution</translation>
  </message>
  <message>
   <source>Show objects on the map as they are found</source>
   <translation>Afficher les objets sur la carte à mesure qu'ils sont trouvés</translation>
  </message>
  <message>
   <source>cancelled</source>
   <translation>annulé</translation>
  </message>
  <message>
   <source>done</source>
   <translation>terminé</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>échoué</translation>
  </message>
  <message>
   <source>{path} cannot be opened.</source>
   <translation>{path} ne peut pas être ouvert.</translation>
  </message>
 </context>
 <context>
  <name>ObjectsModel</name>
  <message>
   <source>(no class)</source>
   <translation>(aucune classe)</translation>
  </message>
  <message>
   <source>Author</source>
   <translation>Auteur</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <source>Delete</source>
   <translation>Supprimer</translation>
  </message>
  <message>
   <source>Delete this object</source>
   <translation>Supprimer cet objet</translation>
  </message>
  <message>
   <source>Size (px)</source>
   <translation>Taille (px)</translation>
  </message>
  <message>
   <source>Time</source>
   <translation>Heure</translation>
  </message>
  <message>
   <source>Width × height of the object's box in pixels of the imagery</source>
   <translation>Largeur × hauteur de la boîte de l'objet en pixels de l'imagerie</translation>
  </message>
 </context>
 <context>
  <name>ObjectsView</name>
  <message>
   <source>All classes</source>
   <translation>Toutes les classes</translation>
  </message>
  <message>
   <source>Change the class of the selected objects</source>
   <translation>Changer la classe des objets sélectionnés</translation>
  </message>
  <message>
   <source>Class that is shown</source>
   <translation>Classe affichée</translation>
  </message>
  <message>
   <source>Delete the selected objects</source>
   <translation>Supprimer les objets sélectionnés</translation>
  </message>
  <message>
   <source>Labelled objects</source>
   <translation>Objets annotés</translation>
  </message>
  <message>
   <source>Refresh: read what others have changed</source>
   <translation>Recharger : lire ce que d'autres ont modifié</translation>
  </message>
  <message>
   <source>Show the objects of one class only</source>
   <translation>N'afficher que les objets d'une classe</translation>
  </message>
  <message>
   <source>Zoom to the selected objects</source>
   <translation>Zoomer sur les objets sélectionnés</translation>
  </message>
 </context>
 <context>
  <name>Pool</name>
  <message>
   <source>Accept suggestion</source>
   <translation>Accepter la suggestion</translation>
  </message>
  <message>
   <source>Accept suggestions ({})</source>
   <translation>Accepter des suggestions ({})</translation>
  </message>
  <message>
   <source>{} (the model says {})</source>
   <translation>{} (selon le modèle {})</translation>
  </message>
 </context>
 <context>
  <name>Preview</name>
  <message>
   <source>At most {} chips: those without data, or that fall out when they are turned, are left out.</source>
   <translation>Au plus {} imagettes : celles sans données, ou qui sortent lors de la rotation, sont omises.</translation>
  </message>
  <message>
   <source>Counting chips</source>
   <translation>Comptage des imagettes</translation>
  </message>
  <message>
   <source>Counting …</source>
   <translation>Comptage …</translation>
  </message>
  <message>
   <source>More than {} chips.</source>
   <translation>Plus de {} imagettes.</translation>
  </message>
  <message>
   <source>No tile holds an object and lies within the mask polygons.</source>
   <translation>Aucune tuile ne contient d'objet tout en étant dans les polygones de masque.</translation>
  </message>
  <message>
   <source>No tile holds an object.</source>
   <translation>Aucune tuile ne contient d'objet.</translation>
  </message>
  <message>
   <source>One tile for each object.</source>
   <translation>Une tuile par objet.</translation>
  </message>
  <message>
   <source>Start labeling to see the tiles.</source>
   <translation>Démarrer l'annotation pour voir les tuiles.</translation>
  </message>
  <message>
   <source>The cell size is larger than the whole of {}.</source>
   <translation>La taille de cellule dépasse l'ensemble de {}.</translation>
  </message>
  <message>
   <source>Zoom in to see the tiles.</source>
   <translation>Zoomer pour voir les tuiles.</translation>
  </message>
  <message>
   <source>{} chips would be written.</source>
   <translation>{} imagettes seraient écrites.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: give an extent in the tool itself, which then says what it cuts.</source>
   <translation>{} est un service cartographique sans fin : indiquez une emprise dans l'outil lui-même, qui dira alors ce qu'il découpe.</translation>
  </message>
  <message>
   <source>{} is shown warped, but cut as it was taken: its tiles cannot be shown on the map.</source>
   <translation>{} est affiché redressé, mais découpé tel que pris : ses tuiles ne peuvent pas être affichées sur la carte.</translation>
  </message>
  <message>
   <source>{} tiles of {} × {} pixels.</source>
   <translation>{} tuiles de {} × {} pixels.</translation>
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
  <name>ReportWindow</name>
  <message>
   <source>Open in browser</source>
   <translation>Ouvrir dans le navigateur</translation>
  </message>
 </context>
 <context>
  <name>ReviewBox</name>
  <message>
   <source>(no class)</source>
   <translation>(aucune classe)</translation>
  </message>
  <message>
   <source>All</source>
   <translation>Tous</translation>
  </message>
  <message>
   <source>All classes</source>
   <translation>Toutes les classes</translation>
  </message>
  <message>
   <source>All {} objects of the list are reviewed.</source>
   <translation>Les {} objets de la liste sont tous révisés.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Confiance</translation>
  </message>
  <message>
   <source>Detected objects, or the marked objects of Compute Accuracy</source>
   <translation>Objets détectés, ou objets marqués de Compute Accuracy</translation>
  </message>
  <message>
   <source>Drop: no label</source>
   <translation>Écarter : pas d'annotation</translation>
  </message>
  <message>
   <source>False alarms</source>
   <translation>Fausses alarmes</translation>
  </message>
  <message>
   <source>Fix: make it a label and edit its outline</source>
   <translation>Corriger : en faire une annotation et modifier son contour</translation>
  </message>
  <message>
   <source>Highest confidence</source>
   <translation>Confiance la plus haute</translation>
  </message>
  <message>
   <source>Keep object</source>
   <translation>Garder l'objet</translation>
  </message>
  <message>
   <source>Keep: make it a label</source>
   <translation>Garder : en faire une annotation</translation>
  </message>
  <message>
   <source>Keys on the map: Enter/A keep, F fix, Delete/R drop, 1–9 keep with that class, ←/→ step.</source>
   <translation>Touches sur la carte : Entrée/A garder, F corriger, Suppr/R écarter, 1–9 garder avec cette classe, ←/→ avancer.</translation>
  </message>
  <message>
   <source>Layer</source>
   <translation>Couche</translation>
  </message>
  <message>
   <source>Lowest confidence</source>
   <translation>Confiance la plus basse</translation>
  </message>
  <message>
   <source>Missed</source>
   <translation>Manqués</translation>
  </message>
  <message>
   <source>Missed and false alarms</source>
   <translation>Manqués et fausses alarmes</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Suivant</translation>
  </message>
  <message>
   <source>No objects.</source>
   <translation>Aucun objet.</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Précédent</translation>
  </message>
  <message>
   <source>Start review</source>
   <translation>Démarrer la révision</translation>
  </message>
  <message>
   <source>Stop review</source>
   <translation>Arrêter la révision</translation>
  </message>
  <message>
   <source>The object has a label already.</source>
   <translation>L'objet a déjà une annotation.</translation>
  </message>
  <message>
   <source>The object has no place on the map's coordinate system.</source>
   <translation>L'objet n'a pas de position dans le système de coordonnées de la carte.</translation>
  </message>
  <message>
   <source>The object lies outside of where the imagery's coordinate system reaches.</source>
   <translation>L'objet est hors du domaine du système de coordonnées de l'imagerie.</translation>
  </message>
  <message>
   <source>dropped</source>
   <translation>écarté</translation>
  </message>
  <message>
   <source>false alarm</source>
   <translation>fausse alarme</translation>
  </message>
  <message>
   <source>fixed</source>
   <translation>corrigé</translation>
  </message>
  <message>
   <source>found</source>
   <translation>trouvé</translation>
  </message>
  <message>
   <source>kept</source>
   <translation>gardé</translation>
  </message>
  <message>
   <source>missed</source>
   <translation>manqué</translation>
  </message>
  <message>
   <source>{} of {} · {} decided</source>
   <translation>{} sur {} · {} traités</translation>
  </message>
 </context>
 <context>
  <name>RunView</name>
  <message>
   <source>Add the layer with what was found before the search was cancelled.</source>
   <translation>Ajouter la couche de ce qui a été trouvé avant l'annulation de la recherche.</translation>
  </message>
  <message>
   <source>Add to map</source>
   <translation>Ajouter à la carte</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Cancelled after {time}</source>
   <translation>Annulé après {time}</translation>
  </message>
  <message>
   <source>Done in {time}</source>
   <translation>Terminé en {time}</translation>
  </message>
  <message>
   <source>Epoch</source>
   <translation>Époque</translation>
  </message>
  <message>
   <source>Failed after {time}: {reason}</source>
   <translation>Échec après {time} : {reason}</translation>
  </message>
  <message>
   <source>Load: {load}</source>
   <translation>Charge : {load}</translation>
  </message>
  <message>
   <source>Logarithmic</source>
   <translation>Logarithmique</translation>
  </message>
  <message>
   <source>Loss</source>
   <translation>Perte</translation>
  </message>
  <message>
   <source>Memory of this run: {used}</source>
   <translation>Mémoire de cette exécution : {used}</translation>
  </message>
  <message>
   <source>Memory: {used}</source>
   <translation>Mémoire : {used}</translation>
  </message>
  <message>
   <source>Non maximum suppression, which comes last, may remove some of the objects.</source>
   <translation>La suppression des non-maxima, qui vient en dernier, peut retirer certains des objets.</translation>
  </message>
  <message>
   <source>Open report</source>
   <translation>Ouvrir le rapport</translation>
  </message>
  <message>
   <source>Quality on the validation chips</source>
   <translation>Qualité sur les imagettes de validation</translation>
  </message>
  <message>
   <source>Show model</source>
   <translation>Afficher le modèle</translation>
  </message>
  <message>
   <source>Show small losses as clearly as large ones.</source>
   <translation>Montrer les petites pertes aussi nettement que les grandes.</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Démarrage</translation>
  </message>
  <message>
   <source>Stop soon. What is done is kept where it is of use; the log says what.</source>
   <translation>Arrêter bientôt. Ce qui est fait est conservé si c'est utile ; le journal dit quoi.</translation>
  </message>
  <message>
   <source>Stopping …</source>
   <translation>Arrêt …</translation>
  </message>
  <message>
   <source>The first {shown} objects are on the map; the layer will hold all.</source>
   <translation>Les {shown} premiers objets sont sur la carte ; la couche les contiendra tous.</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>pas</translation>
  </message>
  <message>
   <source>training</source>
   <translation>entraînement</translation>
  </message>
  <message>
   <source>validation</source>
   <translation>validation</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>encore {time}</translation>
  </message>
 </context>
 <context>
  <name>Schema</name>
  <message>
   <source>0 means background in training data.</source>
   <translation>0 désigne l'arrière-plan dans les données d'entraînement.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Choisissez un autre nom.</translation>
  </message>
  <message>
   <source>Choose another parent.</source>
   <translation>Choisissez une autre classe parente.</translation>
  </message>
  <message>
   <source>Choose another value.</source>
   <translation>Choisissez une autre valeur.</translation>
  </message>
  <message>
   <source>Give it one, such as house.</source>
   <translation>Donnez-lui-en un, par exemple maison.</translation>
  </message>
  <message>
   <source>The class has no name.</source>
   <translation>La classe n'a pas de nom.</translation>
  </message>
  <message>
   <source>The class {} cannot be a kind of {}, which lies within it.</source>
   <translation>La classe {} ne peut pas être un type de {}, qu'elle contient.</translation>
  </message>
  <message>
   <source>The class {} has the value {} already.</source>
   <translation>La classe {} a déjà la valeur {}.</translation>
  </message>
  <message>
   <source>The class {} has the value {}; values are whole numbers from 1 on.</source>
   <translation>La classe {} a la valeur {} ; les valeurs sont des entiers à partir de 1.</translation>
  </message>
  <message>
   <source>There is a class {} already.</source>
   <translation>Il y a déjà une classe {}.</translation>
  </message>
  <message>
   <source>There is no class of the value {}.</source>
   <translation>Il n'y a pas de classe de valeur {}.</translation>
  </message>
 </context>
 <context>
  <name>Session</name>
  <message>
   <source>Set it in the layer's properties.</source>
   <translation>Définissez-le dans les propriétés de la couche.</translation>
  </message>
  <message>
   <source>The area lies outside the imagery.</source>
   <translation>La zone est hors de l'imagerie.</translation>
  </message>
  <message>
   <source>The class {} was added.</source>
   <translation>La classe {} a été ajoutée.</translation>
  </message>
  <message>
   <source>The layer {} has no coordinate system.</source>
   <translation>La couche {} n'a pas de système de coordonnées.</translation>
  </message>
  <message>
   <source>The object is small, {:.0f} × {:.0f} pixels: below {:.0f} pixels little can be learned.</source>
   <translation>L'objet est petit, {:.0f} × {:.0f} pixels : au-dessous de {:.0f} pixels, il y a peu à apprendre.</translation>
  </message>
  <message>
   <source>The object lies outside the imagery {}: no chip will show it.</source>
   <translation>L'objet est hors de l'imagerie {} : aucune imagette ne le montrera.</translation>
  </message>
  <message>
   <source>{} of the objects are gone: somebody else has deleted them.</source>
   <translation>{} des objets ne sont plus là : quelqu'un d'autre les a supprimés.</translation>
  </message>
  <message>
   <source>{} of the objects were left alone: somebody else has changed them. Look at them again.</source>
   <translation>{} des objets ont été laissés tels quels : quelqu'un d'autre les a modifiés. Examinez-les à nouveau.</translation>
  </message>
  <message>
   <source>“{}” cannot be taken back: the objects were changed since by somebody else.</source>
   <translation>« {} » ne peut pas être annulé : quelqu'un d'autre a modifié les objets depuis.</translation>
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
   <source>empty: packages come from the internet</source>
   <translation>vide : les paquets viennent d'internet</translation>
  </message>
  <message>
   <source>empty: the environment that Kestrel builds</source>
   <translation>vide : l'environnement que construit Kestrel</translation>
  </message>
  <message>
   <source>this field</source>
   <translation>ce champ</translation>
  </message>
 </context>
 <context>
  <name>StartBox</name>
  <message>
   <source>A new GeoPackage, or any polygon layer that can be edited and has a field for the class</source>
   <translation>Un nouveau GeoPackage, ou toute couche de polygones modifiable avec un champ pour la classe</translation>
  </message>
  <message>
   <source>Add imagery to the project first: a raster layer.</source>
   <translation>Ajoutez d'abord une imagerie au projet : une couche raster.</translation>
  </message>
  <message>
   <source>Add one, text or whole number.</source>
   <translation>Ajoutez-en un, texte ou entier.</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Taille de cellule</translation>
  </message>
  <message>
   <source>Choose another name, or add its layer to the project and choose it here.</source>
   <translation>Choisissez un autre nom, ou ajoutez sa couche au projet et choisissez-la ici.</translation>
  </message>
  <message>
   <source>Class field</source>
   <translation>Champ de classe</translation>
  </message>
  <message>
   <source>GeoPackage (*.gpkg)</source>
   <translation>GeoPackage (*.gpkg)</translation>
  </message>
  <message>
   <source>Imagery</source>
   <translation>Imagerie</translation>
  </message>
  <message>
   <source>Imagery and labels</source>
   <translation>Imagerie et annotations</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>Annotations</translation>
  </message>
  <message>
   <source>New GeoPackage…</source>
   <translation>Nouveau GeoPackage…</translation>
  </message>
  <message>
   <source>New label layer</source>
   <translation>Nouvelle couche d'objets annotés</translation>
  </message>
  <message>
   <source>Start labeling</source>
   <translation>Démarrer l'annotation</translation>
  </message>
  <message>
   <source>Stop labeling</source>
   <translation>Arrêter l'annotation</translation>
  </message>
  <message>
   <source>The field that holds the class of each object: its value or its name</source>
   <translation>Le champ qui contient la classe de chaque objet : sa valeur ou son nom</translation>
  </message>
  <message>
   <source>The file {} is there already and holds no layer {}.</source>
   <translation>Le fichier {} existe déjà et ne contient pas de couche {}.</translation>
  </message>
  <message>
   <source>The imagery that is labelled: its pixels measure the objects</source>
   <translation>L'imagerie à annoter : ses pixels mesurent les objets</translation>
  </message>
  <message>
   <source>The layer {} has no field for the class.</source>
   <translation>La couche {} n'a pas de champ pour la classe.</translation>
  </message>
  <message>
   <source>This imagery has no pixels of its own: the size of one, in units of its coordinate system</source>
   <translation>Cette imagerie n'a pas de pixels propres : la taille d'un pixel, en unités de son système de coordonnées</translation>
  </message>
  <message>
   <source>{} on {}</source>
   <translation>{} sur {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestBox</name>
  <message>
   <source>A click accepts, the right button rejects.</source>
   <translation>Un clic accepte, le bouton droit rejette.</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>Accepter</translation>
  </message>
  <message>
   <source>Accept all</source>
   <translation>Tout accepter</translation>
  </message>
  <message>
   <source>Accept all ({})</source>
   <translation>Tout accepter ({})</translation>
  </message>
  <message>
   <source>Accept and reject on the map</source>
   <translation>Accepter et rejeter sur la carte</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Choisir un paquet de modèle</translation>
  </message>
  <message>
   <source>Click accepts, the right button rejects. Keys on the map: Enter/A accept, Delete/R reject, ←/→ step, 1–9 accept with that class.</source>
   <translation>Un clic accepte, le bouton droit rejette. Touches sur la carte : Entrée/A accepter, Suppr/R rejeter, ←/→ avancer, 1–9 accepter avec cette classe.</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Confiance</translation>
  </message>
  <message>
   <source>Do not suggest the highlighted object again. On the map: Delete or R.</source>
   <translation>Ne plus suggérer l'objet mis en évidence. Sur la carte : Suppr ou R.</translation>
  </message>
  <message>
   <source>Do not suggest these objects again, those below the threshold neither.</source>
   <translation>Ne plus suggérer ces objets, ni ceux qui sont sous le seuil.</translation>
  </message>
  <message>
   <source>Go on? You can also zoom in, or cancel it at any time.</source>
   <translation>Continuer ? Vous pouvez aussi zoomer, ou annuler à tout moment.</translation>
  </message>
  <message>
   <source>Let the model look at what the map shows, and propose objects.</source>
   <translation>Laisser le modèle examiner ce que montre la carte et proposer des objets.</translation>
  </message>
  <message>
   <source>Look at the next suggestion. On the map: → or N.</source>
   <translation>Voir la suggestion suivante. Sur la carte : → ou N.</translation>
  </message>
  <message>
   <source>Look at the suggestion before. On the map: ← or P.</source>
   <translation>Voir la suggestion précédente. Sur la carte : ← ou P.</translation>
  </message>
  <message>
   <source>Make a label of the highlighted suggestion. On the map: Enter or A; 1–9 with another class.</source>
   <translation>Faire une annotation de la suggestion mise en évidence. Sur la carte : Entrée ou A ; 1–9 avec une autre classe.</translation>
  </message>
  <message>
   <source>Make labels of all suggestions that are shown. One step to undo.</source>
   <translation>Faire des annotations de toutes les suggestions affichées. Une seule étape à annuler.</translation>
  </message>
  <message>
   <source>Model package (.dlpk, .emd)</source>
   <translation>Paquet de modèle (.dlpk, .emd)</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquets de modèles</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Suivant</translation>
  </message>
  <message>
   <source>Nothing new was found in the view: {} objects have a label or were decided about.</source>
   <translation>Rien de nouveau dans la vue : {} objets ont une annotation ou ont déjà été traités.</translation>
  </message>
  <message>
   <source>Only suggestions that are as sure as this are shown, and accepted with Accept all</source>
   <translation>Seules les suggestions au moins aussi sûres sont affichées, et acceptées par « Tout accepter »</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Précédent</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Rejeter</translation>
  </message>
  <message>
   <source>Reject all</source>
   <translation>Tout rejeter</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Démarrage</translation>
  </message>
  <message>
   <source>Suggest in view</source>
   <translation>Suggérer dans la vue</translation>
  </message>
  <message>
   <source>That takes about {}.</source>
   <translation>Cela prend environ {}.</translation>
  </message>
  <message>
   <source>The model found nothing in the view.</source>
   <translation>Le modèle n'a rien trouvé dans la vue.</translation>
  </message>
  <message>
   <source>The model that suggests objects</source>
   <translation>Le modèle qui suggère des objets</translation>
  </message>
  <message>
   <source>The view is large: the model looks at it in {} tiles.</source>
   <translation>La vue est grande : le modèle l'examine en {} tuiles.</translation>
  </message>
  <message>
   <source>{} objects were found, none of them as sure as {} %: move the slider to see them.</source>
   <translation>{} objets ont été trouvés, aucun aussi sûr que {} % : déplacez le curseur pour les voir.</translation>
  </message>
  <message>
   <source>{}, {:.0f} % · {} of {}</source>
   <translation>{}, {:.0f} % · {} sur {}</translation>
  </message>
  <message>
   <source>≥ {} %</source>
   <translation>≥ {} %</translation>
  </message>
  <message>
   <source>≥ {} %: {} of {}</source>
   <translation>≥ {} % : {} sur {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestRequest</name>
  <message>
   <source>Choose a model package (.dlpk or .emd).</source>
   <translation>Choisissez un paquet de modèle (.dlpk ou .emd).</translation>
  </message>
  <message>
   <source>No model is chosen.</source>
   <translation>Aucun modèle n'est choisi.</translation>
  </message>
  <message>
   <source>See it in the model inspector, or choose another one.</source>
   <translation>Examinez-le dans l'inspecteur de modèles, ou choisissez-en un autre.</translation>
  </message>
  <message>
   <source>The map does not show the imagery {}.</source>
   <translation>La carte ne montre pas l'imagerie {}.</translation>
  </message>
  <message>
   <source>Zoom to it first.</source>
   <translation>Zoomez d'abord dessus.</translation>
  </message>
  <message>
   <source>{} cannot be run: its kind is not known, or its weights are missing.</source>
   <translation>{} ne peut pas être exécuté : son type est inconnu, ou ses poids manquent.</translation>
  </message>
 </context>
 <context>
  <name>Suggester</name>
  <message>
   <source>Suggest in view</source>
   <translation>Suggérer dans la vue</translation>
  </message>
 </context>
 <context>
  <name>Tables</name>
  <message>
   <source>Check the rights to the database or the file.</source>
   <translation>Vérifiez les droits sur la base de données ou le fichier.</translation>
  </message>
  <message>
   <source>The table {} cannot be changed: {}</source>
   <translation>La table {} ne peut pas être modifiée : {}</translation>
  </message>
  <message>
   <source>The table {} cannot be made beside {}: {}</source>
   <translation>La table {} ne peut pas être créée à côté de {} : {}</translation>
  </message>
  <message>
   <source>The table {} was made beside {} and cannot be opened.</source>
   <translation>La table {} a été créée à côté de {} et ne peut pas être ouverte.</translation>
  </message>
 </context>
 <context>
  <name>ToolBox</name>
  <message>
   <source>Box of a fixed size</source>
   <translation>Boîte de taille fixe</translation>
  </message>
  <message>
   <source>Circle</source>
   <translation>Cercle</translation>
  </message>
  <message>
   <source>Click both ends of one side, then the other side.</source>
   <translation>Cliquer les deux bouts d'un côté, puis l'autre côté.</translation>
  </message>
  <message>
   <source>Click selects, Ctrl adds, dragging moves, Delete deletes.</source>
   <translation>Cliquer sélectionne, Ctrl ajoute, glisser déplace, Suppr supprime.</translation>
  </message>
  <message>
   <source>Click the corners; the right button or a double click finishes, Backspace takes one back.</source>
   <translation>Cliquer les sommets ; bouton droit ou double-clic pour finir, Retour arrière en retire un.</translation>
  </message>
  <message>
   <source>Drag a rectangle in which all objects are labelled.</source>
   <translation>Tracer un rectangle où tous les objets sont annotés.</translation>
  </message>
  <message>
   <source>Drag from the centre, or click it and the border.</source>
   <translation>Glisser depuis le centre, ou cliquer le centre puis le bord.</translation>
  </message>
  <message>
   <source>Drag, or click two corners.</source>
   <translation>Glisser, ou cliquer deux coins.</translation>
  </message>
  <message>
   <source>Draw a rectangle that touches the areas to remove.</source>
   <translation>Tracer un rectangle qui touche les zones à supprimer.</translation>
  </message>
  <message>
   <source>Draw area</source>
   <translation>Dessiner une zone</translation>
  </message>
  <message>
   <source>Draw the outline with the button held down.</source>
   <translation>Tracer le contour en maintenant le bouton.</translation>
  </message>
  <message>
   <source>Each click makes a box about it.</source>
   <translation>Chaque clic crée une boîte autour de lui.</translation>
  </message>
  <message>
   <source>Edit vertices</source>
   <translation>Modifier les sommets</translation>
  </message>
  <message>
   <source>Lasso</source>
   <translation>Lasso</translation>
  </message>
  <message>
   <source>Polygon</source>
   <translation>Polygone</translation>
  </message>
  <message>
   <source>QGIS's vertex tool on the labels.</source>
   <translation>L'outil de sommets de QGIS sur les annotations.</translation>
  </message>
  <message>
   <source>Rectangle</source>
   <translation>Rectangle</translation>
  </message>
  <message>
   <source>Remove areas</source>
   <translation>Supprimer des zones</translation>
  </message>
  <message>
   <source>Rotated rectangle</source>
   <translation>Rectangle orienté</translation>
  </message>
  <message>
   <source>Select, move, delete</source>
   <translation>Sélectionner, déplacer, supprimer</translation>
  </message>
  <message>
   <source>Streaming</source>
   <translation>En flux</translation>
  </message>
  <message>
   <source>Streaming: polygons take points as the mouse moves</source>
   <translation>Numérisation en flux : les polygones prennent des points au fil de la souris</translation>
  </message>
 </context>
 <context>
  <name>ToolRun</name>
  <message>
   <source>The tool failed.</source>
   <translation>L'outil a échoué.</translation>
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
 <context>
  <name>Workflow</name>
  <message>
   <source>Kestrel Workflow</source>
   <translation>Flux de travail Kestrel</translation>
  </message>
 </context>
 <context>
  <name>WorkflowPanel</name>
  <message>
   <source>Below is the run before ({}).</source>
   <translation>L'exécution précédente est ci-dessous ({}).</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Choisir un paquet de modèle</translation>
  </message>
  <message>
   <source>Choose a pretrained model package: to detect with it, or to train it further with your labels</source>
   <translation>Choisir un paquet de modèle préentraîné : pour détecter avec lui, ou pour l'affiner avec vos annotations</translation>
  </message>
  <message>
   <source>Compute …</source>
   <translation>Calculer …</translation>
  </message>
  <message>
   <source>Detect …</source>
   <translation>Détecter …</translation>
  </message>
  <message>
   <source>Export …</source>
   <translation>Exporter …</translation>
  </message>
  <message>
   <source>Kestrel Workflow</source>
   <translation>Flux de travail Kestrel</translation>
  </message>
  <message>
   <source>Label …</source>
   <translation>Annoter …</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquets de modèles</translation>
  </message>
  <message>
   <source>Next with the model {}.</source>
   <translation>Ensuite avec le modèle {}.</translation>
  </message>
  <message>
   <source>Next with {}, against the labels.</source>
   <translation>Ensuite avec {}, face aux annotations.</translation>
  </message>
  <message>
   <source>No area is marked as completely labelled.</source>
   <translation>Aucune zone n'est marquée comme entièrement annotée.</translation>
  </message>
  <message>
   <source>Not yet.</source>
   <translation>Pas encore.</translation>
  </message>
  <message>
   <source>Not yet: choose imagery and draw objects.</source>
   <translation>Pas encore : choisir l'imagerie et dessiner des objets.</translation>
  </message>
  <message>
   <source>Open the tool with the parameters of its last run</source>
   <translation>Ouvrir l'outil avec les paramètres de sa dernière exécution</translation>
  </message>
  <message>
   <source>Open the tool with the results of the steps before</source>
   <translation>Ouvrir l'outil avec les résultats des étapes précédentes</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Supprimer …</translation>
  </message>
  <message>
   <source>Run again …</source>
   <translation>Relancer …</translation>
  </message>
  <message>
   <source>Train from scratch, and detect with the trained model</source>
   <translation>Entraîner à partir de zéro, et détecter avec le modèle entraîné</translation>
  </message>
  <message>
   <source>Train …</source>
   <translation>Entraîner …</translation>
  </message>
  <message>
   <source>Trains {} further.</source>
   <translation>Poursuit l'entraînement de {}.</translation>
  </message>
  <message>
   <source>Use a package …</source>
   <translation>Utiliser un paquet …</translation>
  </message>
  <message>
   <source>Without package</source>
   <translation>Sans paquet</translation>
  </message>
  <message>
   <source>imagery</source>
   <translation>imagerie</translation>
  </message>
  <message>
   <source>is gone</source>
   <translation>introuvable</translation>
  </message>
  <message>
   <source>labels</source>
   <translation>annotations</translation>
  </message>
  <message>
   <source>{} objects are labelled.</source>
   <translation>{} objets sont annotés.</translation>
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
   <translation>Calculer l'exactitude</translation>
  </message>
  <message>
   <source>Detect objects</source>
   <translation>Détecter les objets</translation>
  </message>
  <message>
   <source>Done ({}).</source>
   <translation>Terminé ({}).</translation>
  </message>
  <message>
   <source>Export training data</source>
   <translation>Exporter les données d'entraînement</translation>
  </message>
  <message>
   <source>F1 {}</source>
   <translation>F1 {}</translation>
  </message>
  <message>
   <source>Failed ({}): {}</source>
   <translation>Échec ({}) : {}</translation>
  </message>
  <message>
   <source>Label objects</source>
   <translation>Annoter des objets</translation>
  </message>
  <message>
   <source>Remove duplicates (optional)</source>
   <translation>Supprimer les doublons (facultatif)</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>En cours</translation>
  </message>
  <message>
   <source>Running …</source>
   <translation>En cours …</translation>
  </message>
  <message>
   <source>Stopped ({}).</source>
   <translation>Arrêté ({}).</translation>
  </message>
  <message>
   <source>Stopped ({}); what there was is kept.</source>
   <translation>Arrêté ({}) ; ce qui existait est conservé.</translation>
  </message>
  <message>
   <source>Train the model</source>
   <translation>Entraîner le modèle</translation>
  </message>
  <message>
   <source>about {} min left</source>
   <translation>encore env. {} min</translation>
  </message>
  <message>
   <source>epoch {} kept</source>
   <translation>époque {} retenue</translation>
  </message>
  <message>
   <source>less than a minute left</source>
   <translation>encore moins d'une minute</translation>
  </message>
  <message>
   <source>precision {}</source>
   <translation>précision {}</translation>
  </message>
  <message>
   <source>recall {}</source>
   <translation>rappel {}</translation>
  </message>
  <message>
   <source>today, {}</source>
   <translation>aujourd'hui, {}</translation>
  </message>
  <message>
   <source>{} chips</source>
   <translation>{} imagettes</translation>
  </message>
  <message>
   <source>{} duplicates removed</source>
   <translation>{} doublons supprimés</translation>
  </message>
  <message>
   <source>{} objects found</source>
   <translation>{} objets trouvés</translation>
  </message>
  <message>
   <source>{} objects in them</source>
   <translation>contenant {} objets</translation>
  </message>
 </context>
</TS>
