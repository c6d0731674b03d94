<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
 <context>
  <name>AreaLayer</name>
  <message>
   <source>Check the rights.</source>
   <translation>Compruebe los permisos.</translation>
  </message>
  <message>
   <source>Mark area</source>
   <translation>Marcar área</translation>
  </message>
  <message>
   <source>Remove area</source>
   <translation>Eliminar área</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>No se puede crear el GeoPackage {}: {}</translation>
  </message>
  <message>
   <source>The layer {} does not take the area.</source>
   <translation>La capa {} no admite el área.</translation>
  </message>
 </context>
 <context>
  <name>Chart</name>
  <message>
   <source>Epoch {number}</source>
   <translation>Época {number}</translation>
  </message>
 </context>
 <context>
  <name>ClassDialog</name>
  <message>
   <source>(no other class)</source>
   <translation>(ninguna otra clase)</translation>
  </message>
  <message>
   <source>Add new class</source>
   <translation>Añadir clase nueva</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Clase</translation>
  </message>
  <message>
   <source>Colour</source>
   <translation>Color</translation>
  </message>
  <message>
   <source>Define Class</source>
   <translation>Definir clase</translation>
  </message>
  <message>
   <source>Edit Class</source>
   <translation>Editar clase</translation>
  </message>
  <message>
   <source>Kind of</source>
   <translation>Tipo de</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Nombre</translation>
  </message>
  <message>
   <source>The class that this one is a kind of: it stands inside it in the list.</source>
   <translation>La clase de la que esta es un tipo: en la lista queda dentro de ella.</translation>
  </message>
  <message>
   <source>The number that stands for the class in training data; 0 is background.</source>
   <translation>El número que representa la clase en los datos de entrenamiento; 0 es el fondo.</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valor</translation>
  </message>
  <message>
   <source>such as house</source>
   <translation>por ejemplo casa</translation>
  </message>
 </context>
 <context>
  <name>ClassRows</name>
  <message>
   <source>Class</source>
   <translation>Clase</translation>
  </message>
  <message>
   <source>Classes</source>
   <translation>Clases</translation>
  </message>
  <message>
   <source>Key</source>
   <translation>Tecla</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objetos</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valor</translation>
  </message>
  <message>
   <source>{} with the classes inside</source>
   <translation>{} con las clases que contiene</translation>
  </message>
 </context>
 <context>
  <name>ClassStore</name>
  <message>
   <source>Ask the owner of the table to add it.</source>
   <translation>Pida al propietario de la tabla que la añada.</translation>
  </message>
  <message>
   <source>The classes cannot be written to the table {}: {}</source>
   <translation>No se pueden escribir las clases en la tabla {}: {}</translation>
  </message>
  <message>
   <source>The table {} of the classes has no column parent, and cannot be given one: their groups are kept here only.</source>
   <translation>La tabla {} de las clases no tiene la columna parent y no se le puede añadir: los grupos solo se guardan aquí.</translation>
  </message>
 </context>
 <context>
  <name>ClassTree</name>
  <message>
   <source>Add class</source>
   <translation>Añadir clase</translation>
  </message>
  <message>
   <source>Add class inside</source>
   <translation>Añadir clase dentro</translation>
  </message>
  <message>
   <source>Class table (*.csv)</source>
   <translation>Tabla de clases (*.csv)</translation>
  </message>
  <message>
   <source>Classes (*.dlpk *.emd *.ecs *.csv)</source>
   <translation>Clases (*.dlpk *.emd *.ecs *.csv)</translation>
  </message>
  <message>
   <source>Classes from the layer's values</source>
   <translation>Clases a partir de los valores de la capa</translation>
  </message>
  <message>
   <source>Edit class</source>
   <translation>Editar clase</translation>
  </message>
  <message>
   <source>Give this class to the selected objects ({})</source>
   <translation>Asignar esta clase a los objetos seleccionados ({})</translation>
  </message>
  <message>
   <source>Import and save classes</source>
   <translation>Importar y guardar clases</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Importar clases</translation>
  </message>
  <message>
   <source>Import classes from a file</source>
   <translation>Importar clases desde un archivo</translation>
  </message>
  <message>
   <source>Import classes from a model package (.dlpk, .emd), an ArcGIS schema (.ecs) or a class table (.csv)</source>
   <translation>Importar clases desde un paquete de modelo (.dlpk, .emd), un esquema de ArcGIS (.ecs) o una tabla de clases (.csv)</translation>
  </message>
  <message>
   <source>Move down</source>
   <translation>Bajar</translation>
  </message>
  <message>
   <source>Move up</source>
   <translation>Subir</translation>
  </message>
  <message>
   <source>Not imported, because another class has the name or the value: {}.</source>
   <translation>No importadas, porque otra clase tiene el nombre o el valor: {}.</translation>
  </message>
  <message>
   <source>Objects stay; those of a class that is removed are drawn grey.</source>
   <translation>Los objetos se conservan; los de una clase eliminada se dibujan en gris.</translation>
  </message>
  <message>
   <source>Remove all of them</source>
   <translation>Eliminarlas todas</translation>
  </message>
  <message>
   <source>Remove class</source>
   <translation>Eliminar clase</translation>
  </message>
  <message>
   <source>Remove it, keep those inside</source>
   <translation>Eliminarla y conservar las que contiene</translation>
  </message>
  <message>
   <source>Save classes</source>
   <translation>Guardar clases</translation>
  </message>
  <message>
   <source>Save classes as a class table (.csv), which Export Training Data takes too</source>
   <translation>Guardar las clases como tabla de clases (.csv), que también admite Export Training Data</translation>
  </message>
  <message>
   <source>Save classes to a file</source>
   <translation>Guardar clases en un archivo</translation>
  </message>
  <message>
   <source>Show only its objects</source>
   <translation>Mostrar solo sus objetos</translation>
  </message>
  <message>
   <source>The class {} holds {} other classes. {} objects have the class itself, {} those inside it.</source>
   <translation>La clase {} contiene otras {} clases. {} objetos tienen la propia clase y {} las que contiene.</translation>
  </message>
  <message>
   <source>{} objects have the class {}. They stay, without a class that is known. Remove the class?</source>
   <translation>{} objetos tienen la clase {}. Se conservan, sin una clase conocida. ¿Eliminar la clase?</translation>
  </message>
 </context>
 <context>
  <name>CoverageBox</name>
  <message>
   <source>Mark the view</source>
   <translation>Marcar la vista</translation>
  </message>
  <message>
   <source>Mark what the map shows as completely labelled</source>
   <translation>Marcar lo que muestra el mapa como completamente etiquetado</translation>
  </message>
  <message>
   <source>Mark where every object is labelled. Export Training Data takes these areas as its Input Mask Polygons, so that places that nobody looked at are not learned as background.</source>
   <translation>Marcar dónde está etiquetado cada objeto. Export Training Data toma estas áreas como Input Mask Polygons, para que los lugares que nadie ha mirado no se aprendan como fondo.</translation>
  </message>
  <message>
   <source>Share of the imagery that is marked</source>
   <translation>Parte de las imágenes que está marcada</translation>
  </message>
  <message>
   <source>{:.1f} % of {} is marked.</source>
   <translation>Está marcado el {:.1f} % de {}.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: no share can be given.</source>
   <translation>{} es un servicio de mapas sin fin: no se puede indicar ninguna parte.</translation>
  </message>
 </context>
 <context>
  <name>Desktop</name>
  <message>
   <source>Environment …</source>
   <translation>Entorno …</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Entorno de Kestrel</translation>
  </message>
  <message>
   <source>There is no environment for deep learning yet.</source>
   <translation>Todavía no hay un entorno para el aprendizaje profundo.</translation>
  </message>
 </context>
 <context>
  <name>EditedLayer</name>
  <message>
   <source>Its file may be write-protected or open elsewhere, or the layer marked as read-only in the project.</source>
   <translation>Su archivo puede estar protegido contra escritura o abierto en otro lugar, o la capa marcada como de solo lectura en el proyecto.</translation>
  </message>
  <message>
   <source>The file {} is gone: it was moved, renamed or deleted. The edits wait here until it is back.</source>
   <translation>El archivo {} ya no está: se ha movido, renombrado o eliminado. Los cambios esperan aquí hasta que vuelva.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>No se puede editar la capa {}.</translation>
  </message>
  <message>
   <source>{} edits of {} could not be saved. They are kept here, and saved with the next edit or by Save: {}</source>
   <translation>{} cambios de {} no se pudieron guardar. Se conservan aquí y se guardan con el próximo cambio o con Guardar: {}</translation>
  </message>
 </context>
 <context>
  <name>EnvironmentDialog</name>
  <message>
   <source>Apply</source>
   <translation>Aplicar</translation>
  </message>
  <message>
   <source>Build</source>
   <translation>Construir</translation>
  </message>
  <message>
   <source>Build the environment anew.</source>
   <translation>Construir el entorno de nuevo.</translation>
  </message>
  <message>
   <source>Build what this version of Kestrel and this machine need.</source>
   <translation>Construir lo que necesitan esta versión de Kestrel y este equipo.</translation>
  </message>
  <message>
   <source>Building Kestrel's environment</source>
   <translation>Construyendo el entorno de Kestrel</translation>
  </message>
  <message>
   <source>Cancelled; what was there before is there again.</source>
   <translation>Cancelado; lo que había antes está de nuevo.</translation>
  </message>
  <message>
   <source>Check</source>
   <translation>Comprobación</translation>
  </message>
  <message>
   <source>Check again</source>
   <translation>Comprobar de nuevo</translation>
  </message>
  <message>
   <source>Checking Kestrel's environment</source>
   <translation>Comprobando el entorno de Kestrel</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Copiar diagnóstico</translation>
  </message>
  <message>
   <source>Copy what somebody who helps has to know. No passwords.</source>
   <translation>Copiar lo que debe saber quien ayuda. Sin contraseñas.</translation>
  </message>
  <message>
   <source>Delete environments from the disk.</source>
   <translation>Eliminar entornos del disco.</translation>
  </message>
  <message>
   <source>Done.</source>
   <translation>Hecho.</translation>
  </message>
  <message>
   <source>Download and install the packages for deep learning.</source>
   <translation>Descargar e instalar los paquetes para el aprendizaje profundo.</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Informe completo</translation>
  </message>
  <message>
   <source>Kestrel environment</source>
   <translation>Entorno de Kestrel</translation>
  </message>
  <message>
   <source>Look at everything again.</source>
   <translation>Examinar todo de nuevo.</translation>
  </message>
  <message>
   <source>Looking at Kestrel's environment</source>
   <translation>Examinando el entorno de Kestrel</translation>
  </message>
  <message>
   <source>Looking at what there is …</source>
   <translation>Examinando lo que hay …</translation>
  </message>
  <message>
   <source>Open the page with all versions.</source>
   <translation>Abrir la página con todas las versiones.</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Eliminar …</translation>
  </message>
  <message>
   <source>Removing environments of Kestrel</source>
   <translation>Eliminando entornos de Kestrel</translation>
  </message>
  <message>
   <source>Repair</source>
   <translation>Reparar</translation>
  </message>
  <message>
   <source>Repair it.</source>
   <translation>Repárelo.</translation>
  </message>
  <message>
   <source>Repairing Kestrel's environment</source>
   <translation>Reparando el entorno de Kestrel</translation>
  </message>
  <message>
   <source>Said</source>
   <translation>Mensaje</translation>
  </message>
  <message>
   <source>The diagnostics are in the clipboard.</source>
   <translation>El diagnóstico está en el portapapeles.</translation>
  </message>
  <message>
   <source>The environment does not work.</source>
   <translation>El entorno no funciona.</translation>
  </message>
  <message>
   <source>The environment is built anew, with all downloads. Until that ends no tool of Kestrel can run; when it fails, the old environment comes back. Go on?</source>
   <translation>El entorno se construye de nuevo, con todas las descargas. Hasta entonces no puede ejecutarse ninguna herramienta de Kestrel; si falla, vuelve el entorno anterior. ¿Continuar?</translation>
  </message>
  <message>
   <source>Trying the environment …</source>
   <translation>Probando el entorno …</translation>
  </message>
  <message>
   <source>Update</source>
   <translation>Actualizar</translation>
  </message>
  <message>
   <source>Use what these fields say from now on.</source>
   <translation>Usar desde ahora lo que indican estos campos.</translation>
  </message>
  <message>
   <source>Where it comes from</source>
   <translation>De dónde procede</translation>
  </message>
  <message>
   <source>{name}, {memory:.1f} GiB of memory, driver {driver}; it works</source>
   <translation>{name}, {memory:.1f} GiB de memoria, controlador {driver}; funciona</translation>
  </message>
 </context>
 <context>
  <name>ExportTab</name>
  <message>
   <source>All parameters …</source>
   <translation>Todos los parámetros …</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Cancelled; nothing was written.</source>
   <translation>Cancelado; no se ha escrito nada.</translation>
  </message>
  <message>
   <source>Contact sheet</source>
   <translation>Hoja de contactos</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportar</translation>
  </message>
  <message>
   <source>Open folder</source>
   <translation>Abrir carpeta</translation>
  </message>
  <message>
   <source>Open the tool itself with what is set here</source>
   <translation>Abrir la herramienta con lo que está ajustado aquí</translation>
  </message>
  <message>
   <source>Show the tiles on the map</source>
   <translation>Mostrar las teselas en el mapa</translation>
  </message>
  <message>
   <source>The tool Export Training Data is not there: switch Processing on in the plugins.</source>
   <translation>Falta la herramienta Export Training Data: active Processing en los complementos.</translation>
  </message>
  <message>
   <source>{} chips with {} objects are in {}.</source>
   <translation>{} recortes con {} objetos están en {}.</translation>
  </message>
 </context>
 <context>
  <name>FoldersWidget</name>
  <message>
   <source>Add a folder</source>
   <translation>Añadir una carpeta</translation>
  </message>
  <message>
   <source>Folders, with ; between them</source>
   <translation>Carpetas, separadas por ;</translation>
  </message>
 </context>
 <context>
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Entorno…</translation>
  </message>
  <message>
   <source>Help</source>
   <translation>Ayuda</translation>
  </message>
  <message>
   <source>Model Inspector…</source>
   <translation>Inspector de modelos…</translation>
  </message>
  <message>
   <source>Settings…</source>
   <translation>Ajustes…</translation>
  </message>
 </context>
 <context>
  <name>LabelDock</name>
  <message>
   <source>Box</source>
   <translation>Caja</translation>
  </message>
  <message>
   <source>Choose imagery and labels, then start.</source>
   <translation>Elija imágenes y etiquetas y empiece.</translation>
  </message>
  <message>
   <source>Coverage</source>
   <translation>Cobertura</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportar</translation>
  </message>
  <message>
   <source>Height of the box of a fixed size, in pixels</source>
   <translation>Alto de la caja de tamaño fijo, en píxeles</translation>
  </message>
  <message>
   <source>Label</source>
   <translation>Etiquetar</translation>
  </message>
  <message>
   <source>Label Objects</source>
   <translation>Etiquetar objetos</translation>
  </message>
  <message>
   <source>Objects</source>
   <translation>Objetos</translation>
  </message>
  <message>
   <source>Objects that are smaller are warned about</source>
   <translation>Se avisa de los objetos más pequeños</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>Rehacer</translation>
  </message>
  <message>
   <source>Redo {}</source>
   <translation>Rehacer {}</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>Revisar</translation>
  </message>
  <message>
   <source>Save each edit at once</source>
   <translation>Guardar cada cambio al momento</translation>
  </message>
  <message>
   <source>Save each edit at once: nothing is lost if QGIS or the computer stops. Undo works all the same.</source>
   <translation>Guardar cada cambio al momento: no se pierde nada si QGIS o el equipo se detiene. Se puede deshacer igualmente.</translation>
  </message>
  <message>
   <source>Save labels</source>
   <translation>Guardar etiquetas</translation>
  </message>
  <message>
   <source>Start labeling first: then the classes come in ({}).</source>
   <translation>Inicie primero el etiquetado: entonces se añaden las clases ({}).</translation>
  </message>
  <message>
   <source>Suggest</source>
   <translation>Sugerir</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Deshacer</translation>
  </message>
  <message>
   <source>Undo {}</source>
   <translation>Deshacer {}</translation>
  </message>
  <message>
   <source>Warn below (px)</source>
   <translation>Avisar bajo (px)</translation>
  </message>
  <message>
   <source>Width of the box of a fixed size, in pixels</source>
   <translation>Ancho de la caja de tamaño fijo, en píxeles</translation>
  </message>
  <message>
   <source>none</source>
   <translation>ninguna</translation>
  </message>
  <message>
   <source>{} objects · {} unsaved · class: {}</source>
   <translation>{} objetos · {} sin guardar · clase: {}</translation>
  </message>
 </context>
 <context>
  <name>LabelLayer</name>
  <message>
   <source>Add {}</source>
   <translation>Añadir {}</translation>
  </message>
  <message>
   <source>All objects of the class {} were changed with it. This cannot be undone; edit the class to change it back.</source>
   <translation>Todos los objetos de la clase {} han cambiado con ella. No se puede deshacer; edite la clase para volver a cambiarla.</translation>
  </message>
  <message>
   <source>Another class is being renamed.</source>
   <translation>Se está cambiando el nombre de otra clase.</translation>
  </message>
  <message>
   <source>Change class to {}</source>
   <translation>Cambiar clase a {}</translation>
  </message>
  <message>
   <source>Choose a polygon layer.</source>
   <translation>Elija una capa de polígonos.</translation>
  </message>
  <message>
   <source>Choose another folder.</source>
   <translation>Elija otra carpeta.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Elija otro nombre.</translation>
  </message>
  <message>
   <source>Choose the field with the class.</source>
   <translation>Elija el campo con la clase.</translation>
  </message>
  <message>
   <source>Delete objects</source>
   <translation>Borrar objetos</translation>
  </message>
  <message>
   <source>Move object</source>
   <translation>Mover objeto</translation>
  </message>
  <message>
   <source>Move objects</source>
   <translation>Mover objetos</translation>
  </message>
  <message>
   <source>Rename {} to {}</source>
   <translation>Cambiar nombre de {} a {}</translation>
  </message>
  <message>
   <source>Save it as a GeoPackage and choose that one.</source>
   <translation>Guárdela como GeoPackage y elija ese.</translation>
  </message>
  <message>
   <source>Save the labels first.</source>
   <translation>Guarde primero las etiquetas.</translation>
  </message>
  <message>
   <source>The GeoPackage {} cannot be made: {}</source>
   <translation>No se puede crear el GeoPackage {}: {}</translation>
  </message>
  <message>
   <source>The class {} has many objects, and there are edits that are not saved.</source>
   <translation>La clase {} tiene muchos objetos y hay cambios sin guardar.</translation>
  </message>
  <message>
   <source>The layer {} cannot be edited.</source>
   <translation>No se puede editar la capa {}.</translation>
  </message>
  <message>
   <source>The layer {} does not take the object.</source>
   <translation>La capa {} no admite el objeto.</translation>
  </message>
  <message>
   <source>The layer {} has no field {}.</source>
   <translation>La capa {} no tiene el campo {}.</translation>
  </message>
  <message>
   <source>The layer {} holds no polygons.</source>
   <translation>La capa {} no contiene polígonos.</translation>
  </message>
  <message>
   <source>There is a file {} already.</source>
   <translation>Ya existe un archivo {}.</translation>
  </message>
  <message>
   <source>Wait until that is done.</source>
   <translation>Espere a que termine.</translation>
  </message>
 </context>
 <context>
  <name>LabelStyle</name>
  <message>
   <source>other</source>
   <translation>otra</translation>
  </message>
 </context>
 <context>
  <name>Labeling</name>
  <message>
   <source>Label Objects</source>
   <translation>Etiquetar objetos</translation>
  </message>
 </context>
 <context>
  <name>LiveLayer</name>
  <message>
   <source>Objects (being found): {count}</source>
   <translation>Objetos (detección en curso): {count}</translation>
  </message>
  <message>
   <source>Objects (being found, before suppression): {count}</source>
   <translation>Objetos (detección en curso, antes de la supresión): {count}</translation>
  </message>
 </context>
 <context>
  <name>ModelInspector</name>
  <message>
   <source>Choose a model package</source>
   <translation>Elegir un paquete de modelo</translation>
  </message>
  <message>
   <source>Describing a model</source>
   <translation>Describiendo un modelo</translation>
  </message>
  <message>
   <source>Fine-tune</source>
   <translation>Afinar</translation>
  </message>
  <message>
   <source>Full report</source>
   <translation>Informe completo</translation>
  </message>
  <message>
   <source>Import classes</source>
   <translation>Importar clases</translation>
  </message>
  <message>
   <source>Model Inspector</source>
   <translation>Inspector de modelos</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquetes de modelos</translation>
  </message>
  <message>
   <source>The weights are being read; the page opens when it is done.</source>
   <translation>Se están leyendo los pesos; la página se abre al terminar.</translation>
  </message>
  <message>
   <source>Try the weights, and open a page with everything that is known, curves included.</source>
   <translation>Probar los pesos y abrir una página con todo lo que se sabe, incluidas las curvas.</translation>
  </message>
  <message>
   <source>Use for detection</source>
   <translation>Usar para detectar</translation>
  </message>
 </context>
 <context>
  <name>ModelPage</name>
  <message>
   <source>A model that finds {what}.</source>
   <translation>Un modelo que encuentra: {what}.</translation>
  </message>
  <message>
   <source>ArcGIS, or a program that writes as it does</source>
   <translation>ArcGIS, o un programa que escribe igual</translation>
  </message>
  <message>
   <source>Average precision, {name}</source>
   <translation>Precisión media, {name}</translation>
  </message>
  <message>
   <source>Bands</source>
   <translation>Bandas</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Tamaño de celda</translation>
  </message>
  <message>
   <source>Choose a model package (.dlpk, or .emd with its weights beside it) above, or drop one here.</source>
   <translation>Elija arriba un paquete de modelo (.dlpk, o .emd con sus pesos al lado), o suelte uno aquí.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Clase</translation>
  </message>
  <message>
   <source>Description</source>
   <translation>Descripción</translation>
  </message>
  <message>
   <source>Epoch kept</source>
   <translation>Época conservada</translation>
  </message>
  <message>
   <source>Epochs, at most</source>
   <translation>Épocas, como máximo</translation>
  </message>
  <message>
   <source>File</source>
   <translation>Archivo</translation>
  </message>
  <message>
   <source>How it was trained</source>
   <translation>Cómo se entrenó</translation>
  </message>
  <message>
   <source>How well it does</source>
   <translation>Qué tan bueno es</translation>
  </message>
  <message>
   <source>Kestrel cannot run models of the kind {kind}; it runs {known}.</source>
   <translation>Kestrel no puede ejecutar modelos del tipo {kind}; ejecuta {known}.</translation>
  </message>
  <message>
   <source>Kestrel detects objects with models of this kind and trains them further.</source>
   <translation>Kestrel detecta objetos con modelos de este tipo y los sigue entrenando.</translation>
  </message>
  <message>
   <source>Nothing in a package is run to describe it.</source>
   <translation>No se ejecuta nada de un paquete para describirlo.</translation>
  </message>
  <message>
   <source>Pixel type</source>
   <translation>Tipo de píxel</translation>
  </message>
  <message>
   <source>Recommended threshold</source>
   <translation>Umbral recomendado</translation>
  </message>
  <message>
   <source>Test chips</source>
   <translation>Recortes de prueba</translation>
  </message>
  <message>
   <source>The imagery it takes</source>
   <translation>Las imágenes que admite</translation>
  </message>
  <message>
   <source>The package</source>
   <translation>El paquete</translation>
  </message>
  <message>
   <source>The package names no classes.</source>
   <translation>El paquete no nombra clases.</translation>
  </message>
  <message>
   <source>The weights are missing: the package names {weights}. Copy the whole package again.</source>
   <translation>Faltan los pesos: el paquete nombra {weights}. Copie de nuevo el paquete entero.</translation>
  </message>
  <message>
   <source>This cannot be read as a model</source>
   <translation>Esto no se puede leer como modelo</translation>
  </message>
  <message>
   <source>Tile size</source>
   <translation>Tamaño de tesela</translation>
  </message>
  <message>
   <source>Training chips</source>
   <translation>Recortes de entrenamiento</translation>
  </message>
  <message>
   <source>Validation chips</source>
   <translation>Recortes de validación</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Valor</translation>
  </message>
  <message>
   <source>Weights</source>
   <translation>Pesos</translation>
  </message>
  <message>
   <source>What it finds</source>
   <translation>Qué encuentra</translation>
  </message>
  <message>
   <source>What it found in sample chips</source>
   <translation>Qué encontró en recortes de ejemplo</translation>
  </message>
  <message>
   <source>Written by</source>
   <translation>Escrito por</translation>
  </message>
  <message>
   <source>missing</source>
   <translation>faltan</translation>
  </message>
  <message>
   <source>no file</source>
   <translation>ningún archivo</translation>
  </message>
  <message>
   <source>not known</source>
   <translation>desconocido</translation>
  </message>
  <message>
   <source>{kind} with {backbone}</source>
   <translation>{kind} con {backbone}</translation>
  </message>
  <message>
   <source>{side} pixels</source>
   <translation>{side} píxeles</translation>
  </message>
  <message>
   <source>… and {count} more.</source>
   <translation>… y {count} más.</translation>
  </message>
 </context>
 <context>
  <name>Monitor</name>
  <message>
   <source>Run Monitor</source>
   <translation>Monitor de ejecución</translation>
  </message>
 </context>
 <context>
  <name>MonitorDock</name>
  <message>
   <source>No tool of Kestrel has run yet in this session. What runs is followed here.</source>
   <translation>En esta sesión aún no se ha ejecutado ninguna herramienta de Kestrel. Lo que se ejecute se sigue aquí.</translation>
  </message>
  <message>
   <source>Objects (partial)</source>
   <translation>Objetos (parcial)</translation>
  </message>
  <message>
   <source>Open by itself when a training begins</source>
   <translation>Abrir por sí solo cuando empiece un entrenamiento</translation>
  </message>
  <message>
   <source>Options</source>
   <translation>Opciones</translation>
  </message>
  <message>
   <source>Report: {name}</source>
   <translation>Informe: {name}</translation>
  </message>
  <message>
   <source>Run Monitor</source>
   <translation>Monitor de ejecución</translation>
  </message>
  <message>
   <source>Show objects on the map as they are found</source>
   <translation>Mostrar los objetos en el mapa a medida que se encuentran</translation>
  </message>
  <message>
   <source>cancelled</source>
   <translation>cancelado</translation>
  </message>
  <message>
   <source>done</source>
   <translation>hecho</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>fallido</translation>
  </message>
  <message>
   <source>{path} cannot be opened.</source>
   <translation>No se puede abrir {path}.</translation>
  </message>
 </context>
 <context>
  <name>ObjectsModel</name>
  <message>
   <source>(no class)</source>
   <translation>(sin clase)</translation>
  </message>
  <message>
   <source>Author</source>
   <translation>Autor</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Clase</translation>
  </message>
  <message>
   <source>Delete</source>
   <translation>Borrar</translation>
  </message>
  <message>
   <source>Delete this object</source>
   <translation>Borrar este objeto</translation>
  </message>
  <message>
   <source>Size (px)</source>
   <translation>Tamaño (px)</translation>
  </message>
  <message>
   <source>Time</source>
   <translation>Hora</translation>
  </message>
  <message>
   <source>Width × height of the object's box in pixels of the imagery</source>
   <translation>Ancho × alto de la caja del objeto en píxeles de las imágenes</translation>
  </message>
 </context>
 <context>
  <name>ObjectsView</name>
  <message>
   <source>All classes</source>
   <translation>Todas las clases</translation>
  </message>
  <message>
   <source>Change the class of the selected objects</source>
   <translation>Cambiar la clase de los objetos seleccionados</translation>
  </message>
  <message>
   <source>Class that is shown</source>
   <translation>Clase que se muestra</translation>
  </message>
  <message>
   <source>Delete the selected objects</source>
   <translation>Borrar los objetos seleccionados</translation>
  </message>
  <message>
   <source>Labelled objects</source>
   <translation>Objetos etiquetados</translation>
  </message>
  <message>
   <source>Refresh: read what others have changed</source>
   <translation>Recargar: leer lo que han cambiado otros</translation>
  </message>
  <message>
   <source>Show the objects of one class only</source>
   <translation>Mostrar solo los objetos de una clase</translation>
  </message>
  <message>
   <source>Zoom to the selected objects</source>
   <translation>Zoom a los objetos seleccionados</translation>
  </message>
 </context>
 <context>
  <name>Pool</name>
  <message>
   <source>Accept suggestion</source>
   <translation>Aceptar sugerencia</translation>
  </message>
  <message>
   <source>Accept suggestions ({})</source>
   <translation>Aceptar sugerencias ({})</translation>
  </message>
  <message>
   <source>{} (the model says {})</source>
   <translation>{} (según el modelo, {})</translation>
  </message>
 </context>
 <context>
  <name>Preview</name>
  <message>
   <source>At most {} chips: those without data, or that fall out when they are turned, are left out.</source>
   <translation>Como máximo {} recortes: se omiten los que no tienen datos o quedan fuera al girarlos.</translation>
  </message>
  <message>
   <source>Counting chips</source>
   <translation>Contando recortes</translation>
  </message>
  <message>
   <source>Counting …</source>
   <translation>Contando …</translation>
  </message>
  <message>
   <source>More than {} chips.</source>
   <translation>Más de {} recortes.</translation>
  </message>
  <message>
   <source>No tile holds an object and lies within the mask polygons.</source>
   <translation>Ninguna tesela contiene un objeto y está dentro de los polígonos de máscara.</translation>
  </message>
  <message>
   <source>No tile holds an object.</source>
   <translation>Ninguna tesela contiene un objeto.</translation>
  </message>
  <message>
   <source>One tile for each object.</source>
   <translation>Una tesela por objeto.</translation>
  </message>
  <message>
   <source>Start labeling to see the tiles.</source>
   <translation>Inicie el etiquetado para ver las teselas.</translation>
  </message>
  <message>
   <source>The cell size is larger than the whole of {}.</source>
   <translation>El tamaño de celda es mayor que todo {}.</translation>
  </message>
  <message>
   <source>Zoom in to see the tiles.</source>
   <translation>Acérquese para ver las teselas.</translation>
  </message>
  <message>
   <source>{} chips would be written.</source>
   <translation>Se escribirían {} recortes.</translation>
  </message>
  <message>
   <source>{} is a map service without an end: give an extent in the tool itself, which then says what it cuts.</source>
   <translation>{} es un servicio de mapas sin fin: indique una extensión en la propia herramienta, que dirá entonces qué recorta.</translation>
  </message>
  <message>
   <source>{} is shown warped, but cut as it was taken: its tiles cannot be shown on the map.</source>
   <translation>{} se muestra rectificado, pero se recorta tal como se tomó: sus teselas no se pueden mostrar en el mapa.</translation>
  </message>
  <message>
   <source>{} tiles of {} × {} pixels.</source>
   <translation>{} teselas de {} × {} píxeles.</translation>
  </message>
 </context>
 <context>
  <name>RemovalDialog</name>
  <message>
   <source>Remove</source>
   <translation>Eliminar</translation>
  </message>
  <message>
   <source>Remove environments</source>
   <translation>Eliminar entornos</translation>
  </message>
  <message>
   <source>What is ticked is deleted. Other versions of Kestrel, in other profiles of QGIS, may use the environments that this one does not. No tool of Kestrel may be running meanwhile.</source>
   <translation>Se elimina lo que está marcado. Otras versiones de Kestrel, en otros perfiles de QGIS, pueden usar los entornos que esta no usa. Mientras tanto no debe ejecutarse ninguna herramienta de Kestrel.</translation>
  </message>
  <message>
   <source>not used by this version</source>
   <translation>no usado por esta versión</translation>
  </message>
  <message>
   <source>used by this version</source>
   <translation>usado por esta versión</translation>
  </message>
 </context>
 <context>
  <name>ReportWindow</name>
  <message>
   <source>Open in browser</source>
   <translation>Abrir en el navegador</translation>
  </message>
 </context>
 <context>
  <name>ReviewBox</name>
  <message>
   <source>(no class)</source>
   <translation>(sin clase)</translation>
  </message>
  <message>
   <source>All</source>
   <translation>Todos</translation>
  </message>
  <message>
   <source>All classes</source>
   <translation>Todas las clases</translation>
  </message>
  <message>
   <source>All {} objects of the list are reviewed.</source>
   <translation>Los {} objetos de la lista están revisados.</translation>
  </message>
  <message>
   <source>Class</source>
   <translation>Clase</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Confianza</translation>
  </message>
  <message>
   <source>Detected objects, or the marked objects of Compute Accuracy</source>
   <translation>Objetos detectados, o los objetos marcados de Compute Accuracy</translation>
  </message>
  <message>
   <source>Drop: no label</source>
   <translation>Descartar: sin etiqueta</translation>
  </message>
  <message>
   <source>False alarms</source>
   <translation>Falsas alarmas</translation>
  </message>
  <message>
   <source>Fix: make it a label and edit its outline</source>
   <translation>Corregir: convertirlo en etiqueta y editar su contorno</translation>
  </message>
  <message>
   <source>Highest confidence</source>
   <translation>Confianza más alta</translation>
  </message>
  <message>
   <source>Keep object</source>
   <translation>Conservar objeto</translation>
  </message>
  <message>
   <source>Keep: make it a label</source>
   <translation>Conservar: convertirlo en etiqueta</translation>
  </message>
  <message>
   <source>Keys on the map: Enter/A keep, F fix, Delete/R drop, 1–9 keep with that class, ←/→ step.</source>
   <translation>Teclas en el mapa: Intro/A conservar, F corregir, Supr/R descartar, 1–9 conservar con esa clase, ←/→ avanzar.</translation>
  </message>
  <message>
   <source>Layer</source>
   <translation>Capa</translation>
  </message>
  <message>
   <source>Lowest confidence</source>
   <translation>Confianza más baja</translation>
  </message>
  <message>
   <source>Missed</source>
   <translation>Omitidos</translation>
  </message>
  <message>
   <source>Missed and false alarms</source>
   <translation>Omitidos y falsas alarmas</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Siguiente</translation>
  </message>
  <message>
   <source>No objects.</source>
   <translation>Ningún objeto.</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Anterior</translation>
  </message>
  <message>
   <source>Start review</source>
   <translation>Iniciar revisión</translation>
  </message>
  <message>
   <source>Stop review</source>
   <translation>Detener revisión</translation>
  </message>
  <message>
   <source>The object has a label already.</source>
   <translation>El objeto ya tiene una etiqueta.</translation>
  </message>
  <message>
   <source>The object has no place on the map's coordinate system.</source>
   <translation>El objeto no tiene posición en el sistema de coordenadas del mapa.</translation>
  </message>
  <message>
   <source>The object lies outside of where the imagery's coordinate system reaches.</source>
   <translation>El objeto está fuera del alcance del sistema de coordenadas de las imágenes.</translation>
  </message>
  <message>
   <source>dropped</source>
   <translation>descartado</translation>
  </message>
  <message>
   <source>false alarm</source>
   <translation>falsa alarma</translation>
  </message>
  <message>
   <source>fixed</source>
   <translation>corregido</translation>
  </message>
  <message>
   <source>found</source>
   <translation>encontrado</translation>
  </message>
  <message>
   <source>kept</source>
   <translation>conservado</translation>
  </message>
  <message>
   <source>missed</source>
   <translation>omitido</translation>
  </message>
  <message>
   <source>{} of {} · {} decided</source>
   <translation>{} de {} · {} decididos</translation>
  </message>
 </context>
 <context>
  <name>RunView</name>
  <message>
   <source>Add the layer with what was found before the search was cancelled.</source>
   <translation>Añadir la capa con lo que se encontró antes de cancelar la búsqueda.</translation>
  </message>
  <message>
   <source>Add to map</source>
   <translation>Añadir al mapa</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Cancelled after {time}</source>
   <translation>Cancelado tras {time}</translation>
  </message>
  <message>
   <source>Done in {time}</source>
   <translation>Hecho en {time}</translation>
  </message>
  <message>
   <source>Epoch</source>
   <translation>Época</translation>
  </message>
  <message>
   <source>Failed after {time}: {reason}</source>
   <translation>Falló tras {time}: {reason}</translation>
  </message>
  <message>
   <source>Load: {load}</source>
   <translation>Carga: {load}</translation>
  </message>
  <message>
   <source>Logarithmic</source>
   <translation>Logarítmica</translation>
  </message>
  <message>
   <source>Loss</source>
   <translation>Pérdida</translation>
  </message>
  <message>
   <source>Memory of this run: {used}</source>
   <translation>Memoria de esta ejecución: {used}</translation>
  </message>
  <message>
   <source>Memory: {used}</source>
   <translation>Memoria: {used}</translation>
  </message>
  <message>
   <source>Non maximum suppression, which comes last, may remove some of the objects.</source>
   <translation>La supresión de no máximos, que viene al final, puede eliminar algunos de los objetos.</translation>
  </message>
  <message>
   <source>Open report</source>
   <translation>Abrir informe</translation>
  </message>
  <message>
   <source>Quality on the validation chips</source>
   <translation>Calidad en los recortes de validación</translation>
  </message>
  <message>
   <source>Show model</source>
   <translation>Mostrar modelo</translation>
  </message>
  <message>
   <source>Show small losses as clearly as large ones.</source>
   <translation>Mostrar las pérdidas pequeñas con tanta claridad como las grandes.</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Iniciando</translation>
  </message>
  <message>
   <source>Stop soon. What is done is kept where it is of use; the log says what.</source>
   <translation>Detener pronto. Lo hecho se conserva si es útil; el registro dice qué.</translation>
  </message>
  <message>
   <source>Stopping …</source>
   <translation>Deteniendo …</translation>
  </message>
  <message>
   <source>The first {shown} objects are on the map; the layer will hold all.</source>
   <translation>Los primeros {shown} objetos están en el mapa; la capa los contendrá todos.</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>pasos</translation>
  </message>
  <message>
   <source>training</source>
   <translation>entrenamiento</translation>
  </message>
  <message>
   <source>validation</source>
   <translation>validación</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>quedan {time}</translation>
  </message>
 </context>
 <context>
  <name>Schema</name>
  <message>
   <source>0 means background in training data.</source>
   <translation>0 significa fondo en los datos de entrenamiento.</translation>
  </message>
  <message>
   <source>Choose another name.</source>
   <translation>Elija otro nombre.</translation>
  </message>
  <message>
   <source>Choose another parent.</source>
   <translation>Elija otra clase superior.</translation>
  </message>
  <message>
   <source>Choose another value.</source>
   <translation>Elija otro valor.</translation>
  </message>
  <message>
   <source>Give it one, such as house.</source>
   <translation>Dele uno, por ejemplo casa.</translation>
  </message>
  <message>
   <source>The class has no name.</source>
   <translation>La clase no tiene nombre.</translation>
  </message>
  <message>
   <source>The class {} cannot be a kind of {}, which lies within it.</source>
   <translation>La clase {} no puede ser un tipo de {}, que está dentro de ella.</translation>
  </message>
  <message>
   <source>The class {} has the value {} already.</source>
   <translation>La clase {} ya tiene el valor {}.</translation>
  </message>
  <message>
   <source>The class {} has the value {}; values are whole numbers from 1 on.</source>
   <translation>La clase {} tiene el valor {}; los valores son números enteros a partir de 1.</translation>
  </message>
  <message>
   <source>There is a class {} already.</source>
   <translation>Ya existe una clase {}.</translation>
  </message>
  <message>
   <source>There is no class of the value {}.</source>
   <translation>No existe ninguna clase con el valor {}.</translation>
  </message>
 </context>
 <context>
  <name>Session</name>
  <message>
   <source>Set it in the layer's properties.</source>
   <translation>Asígnelo en las propiedades de la capa.</translation>
  </message>
  <message>
   <source>The area lies outside the imagery.</source>
   <translation>El área está fuera de las imágenes.</translation>
  </message>
  <message>
   <source>The class {} was added.</source>
   <translation>Se ha añadido la clase {}.</translation>
  </message>
  <message>
   <source>The layer {} has no coordinate system.</source>
   <translation>La capa {} no tiene sistema de coordenadas.</translation>
  </message>
  <message>
   <source>The object is small, {:.0f} × {:.0f} pixels: below {:.0f} pixels little can be learned.</source>
   <translation>El objeto es pequeño, {:.0f} × {:.0f} píxeles: por debajo de {:.0f} píxeles se aprende poco.</translation>
  </message>
  <message>
   <source>The object lies outside the imagery {}: no chip will show it.</source>
   <translation>El objeto está fuera de las imágenes {}: ningún recorte lo mostrará.</translation>
  </message>
  <message>
   <source>{} of the objects are gone: somebody else has deleted them.</source>
   <translation>{} de los objetos ya no están: otra persona los ha borrado.</translation>
  </message>
  <message>
   <source>{} of the objects were left alone: somebody else has changed them. Look at them again.</source>
   <translation>{} de los objetos no se han tocado: otra persona los ha cambiado. Mírelos de nuevo.</translation>
  </message>
  <message>
   <source>“{}” cannot be taken back: the objects were changed since by somebody else.</source>
   <translation>«{}» no se puede deshacer: otra persona ha cambiado los objetos desde entonces.</translation>
  </message>
 </context>
 <context>
  <name>SettingsPage</name>
  <message>
   <source>Cache folder</source>
   <translation>Carpeta de caché</translation>
  </message>
  <message>
   <source>Choose a folder for environments and weights</source>
   <translation>Elegir una carpeta para entornos y pesos</translation>
  </message>
  <message>
   <source>Default processor</source>
   <translation>Procesador predeterminado</translation>
  </message>
  <message>
   <source>Environment</source>
   <translation>Entorno</translation>
  </message>
  <message>
   <source>Environments take up to 10 GB. What lies in another folder stays there; it is not moved.</source>
   <translation>Los entornos ocupan hasta 10 GB. Lo que está en otra carpeta se queda allí; no se mueve.</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>Ejecución</translation>
  </message>
  <message>
   <source>The CPU; graphics cards are left alone</source>
   <translation>El procesador (CPU); las tarjetas gráficas no se usan</translation>
  </message>
  <message>
   <source>The environment variable {name} names it: {path}</source>
   <translation>La variable de entorno {name} la indica: {path}</translation>
  </message>
  <message>
   <source>The graphics card, where there is one</source>
   <translation>La tarjeta gráfica, si la hay</translation>
  </message>
  <message>
   <source>These settings hold for all profiles of this user, and for qgis_process. They are kept in {file}.</source>
   <translation>Estos ajustes valen para todos los perfiles de este usuario y para qgis_process. Están en {file}.</translation>
  </message>
  <message>
   <source>What AUTO means in the parameter Processor Type of the tools.</source>
   <translation>Qué significa AUTO en el parámetro Processor Type de las herramientas.</translation>
  </message>
 </context>
 <context>
  <name>SourceFields</name>
  <message>
   <source>Choose a Python interpreter</source>
   <translation>Elegir un intérprete de Python</translation>
  </message>
  <message>
   <source>Choose a folder of wheels</source>
   <translation>Elegir una carpeta de wheels</translation>
  </message>
  <message>
   <source>For machines without a network: a folder with all wheels of Kestrel's requirements.txt.</source>
   <translation>Para equipos sin red: una carpeta con todos los wheels del requirements.txt de Kestrel.</translation>
  </message>
  <message>
   <source>Offline folder</source>
   <translation>Carpeta sin conexión</translation>
  </message>
  <message>
   <source>Own Python</source>
   <translation>Python propio</translation>
  </message>
  <message>
   <source>The environment variable {name} names the Python: {path}</source>
   <translation>La variable de entorno {name} indica el Python: {path}</translation>
  </message>
  <message>
   <source>The interpreter itself, such as bin/python or python.exe, with the packages of Kestrel's requirements.txt.</source>
   <translation>El propio intérprete, como bin/python o python.exe, con los paquetes del requirements.txt de Kestrel.</translation>
  </message>
  <message>
   <source>The settings cannot be written: {reason}</source>
   <translation>No se pueden escribir los ajustes: {reason}</translation>
  </message>
  <message>
   <source>There are no wheels (*.whl) in the folder {folder}.</source>
   <translation>No hay wheels (*.whl) en la carpeta {folder}.</translation>
  </message>
  <message>
   <source>There is no file {path}.</source>
   <translation>No existe el archivo {path}.</translation>
  </message>
  <message>
   <source>empty: packages come from the internet</source>
   <translation>vacío: los paquetes vienen de internet</translation>
  </message>
  <message>
   <source>empty: the environment that Kestrel builds</source>
   <translation>vacío: el entorno que construye Kestrel</translation>
  </message>
  <message>
   <source>this field</source>
   <translation>este campo</translation>
  </message>
 </context>
 <context>
  <name>StartBox</name>
  <message>
   <source>A new GeoPackage, or any polygon layer that can be edited and has a field for the class</source>
   <translation>Un GeoPackage nuevo, o cualquier capa de polígonos editable con un campo para la clase</translation>
  </message>
  <message>
   <source>Add imagery to the project first: a raster layer.</source>
   <translation>Añada primero imágenes al proyecto: una capa ráster.</translation>
  </message>
  <message>
   <source>Add one, text or whole number.</source>
   <translation>Añada uno, de texto o número entero.</translation>
  </message>
  <message>
   <source>Cell size</source>
   <translation>Tamaño de celda</translation>
  </message>
  <message>
   <source>Choose another name, or add its layer to the project and choose it here.</source>
   <translation>Elija otro nombre, o añada su capa al proyecto y elíjala aquí.</translation>
  </message>
  <message>
   <source>Class field</source>
   <translation>Campo de clase</translation>
  </message>
  <message>
   <source>GeoPackage (*.gpkg)</source>
   <translation>GeoPackage (*.gpkg)</translation>
  </message>
  <message>
   <source>Imagery</source>
   <translation>Imágenes</translation>
  </message>
  <message>
   <source>Imagery and labels</source>
   <translation>Imágenes y etiquetas</translation>
  </message>
  <message>
   <source>Labels</source>
   <translation>Etiquetas</translation>
  </message>
  <message>
   <source>New GeoPackage…</source>
   <translation>Nuevo GeoPackage…</translation>
  </message>
  <message>
   <source>New label layer</source>
   <translation>Nueva capa de objetos etiquetados</translation>
  </message>
  <message>
   <source>Start labeling</source>
   <translation>Iniciar etiquetado</translation>
  </message>
  <message>
   <source>Stop labeling</source>
   <translation>Detener etiquetado</translation>
  </message>
  <message>
   <source>The field that holds the class of each object: its value or its name</source>
   <translation>El campo con la clase de cada objeto: su valor o su nombre</translation>
  </message>
  <message>
   <source>The file {} is there already and holds no layer {}.</source>
   <translation>El archivo {} ya existe y no contiene ninguna capa {}.</translation>
  </message>
  <message>
   <source>The imagery that is labelled: its pixels measure the objects</source>
   <translation>Las imágenes que se etiquetan: sus píxeles miden los objetos</translation>
  </message>
  <message>
   <source>The layer {} has no field for the class.</source>
   <translation>La capa {} no tiene un campo para la clase.</translation>
  </message>
  <message>
   <source>This imagery has no pixels of its own: the size of one, in units of its coordinate system</source>
   <translation>Estas imágenes no tienen píxeles propios: el tamaño de uno, en unidades de su sistema de coordenadas</translation>
  </message>
  <message>
   <source>{} on {}</source>
   <translation>{} sobre {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestBox</name>
  <message>
   <source>A click accepts, the right button rejects.</source>
   <translation>Un clic acepta, el botón derecho rechaza.</translation>
  </message>
  <message>
   <source>Accept</source>
   <translation>Aceptar</translation>
  </message>
  <message>
   <source>Accept all</source>
   <translation>Aceptar todas</translation>
  </message>
  <message>
   <source>Accept all ({})</source>
   <translation>Aceptar todas ({})</translation>
  </message>
  <message>
   <source>Accept and reject on the map</source>
   <translation>Aceptar y rechazar en el mapa</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Elegir un paquete de modelo</translation>
  </message>
  <message>
   <source>Click accepts, the right button rejects. Keys on the map: Enter/A accept, Delete/R reject, ←/→ step, 1–9 accept with that class.</source>
   <translation>Un clic acepta, el botón derecho rechaza. Teclas en el mapa: Intro/A aceptar, Supr/R rechazar, ←/→ avanzar, 1–9 aceptar con esa clase.</translation>
  </message>
  <message>
   <source>Confidence</source>
   <translation>Confianza</translation>
  </message>
  <message>
   <source>Do not suggest the highlighted object again. On the map: Delete or R.</source>
   <translation>No volver a sugerir el objeto resaltado. En el mapa: Supr o R.</translation>
  </message>
  <message>
   <source>Do not suggest these objects again, those below the threshold neither.</source>
   <translation>No volver a sugerir estos objetos, ni los que están bajo el umbral.</translation>
  </message>
  <message>
   <source>Go on? You can also zoom in, or cancel it at any time.</source>
   <translation>¿Continuar? También puede acercarse, o cancelar en cualquier momento.</translation>
  </message>
  <message>
   <source>Let the model look at what the map shows, and propose objects.</source>
   <translation>Dejar que el modelo mire lo que muestra el mapa y proponga objetos.</translation>
  </message>
  <message>
   <source>Look at the next suggestion. On the map: → or N.</source>
   <translation>Ver la sugerencia siguiente. En el mapa: → o N.</translation>
  </message>
  <message>
   <source>Look at the suggestion before. On the map: ← or P.</source>
   <translation>Ver la sugerencia anterior. En el mapa: ← o P.</translation>
  </message>
  <message>
   <source>Make a label of the highlighted suggestion. On the map: Enter or A; 1–9 with another class.</source>
   <translation>Convertir en etiqueta la sugerencia resaltada. En el mapa: Intro o A; 1–9 con otra clase.</translation>
  </message>
  <message>
   <source>Make labels of all suggestions that are shown. One step to undo.</source>
   <translation>Convertir en etiquetas todas las sugerencias mostradas. Se deshace en un solo paso.</translation>
  </message>
  <message>
   <source>Model package (.dlpk, .emd)</source>
   <translation>Paquete de modelo (.dlpk, .emd)</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquetes de modelos</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Siguiente</translation>
  </message>
  <message>
   <source>Nothing new was found in the view: {} objects have a label or were decided about.</source>
   <translation>No se ha encontrado nada nuevo en la vista: {} objetos tienen etiqueta o ya se decidieron.</translation>
  </message>
  <message>
   <source>Only suggestions that are as sure as this are shown, and accepted with Accept all</source>
   <translation>Solo se muestran, y se aceptan con «Aceptar todas», las sugerencias al menos así de seguras</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Anterior</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Rechazar</translation>
  </message>
  <message>
   <source>Reject all</source>
   <translation>Rechazar todas</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Iniciando</translation>
  </message>
  <message>
   <source>Suggest in view</source>
   <translation>Sugerir en la vista</translation>
  </message>
  <message>
   <source>That takes about {}.</source>
   <translation>Tarda unos {}.</translation>
  </message>
  <message>
   <source>The model found nothing in the view.</source>
   <translation>El modelo no ha encontrado nada en la vista.</translation>
  </message>
  <message>
   <source>The model that suggests objects</source>
   <translation>El modelo que sugiere objetos</translation>
  </message>
  <message>
   <source>The view is large: the model looks at it in {} tiles.</source>
   <translation>La vista es grande: el modelo la mira en {} teselas.</translation>
  </message>
  <message>
   <source>{} objects were found, none of them as sure as {} %: move the slider to see them.</source>
   <translation>Se han encontrado {} objetos, ninguno con un {} % de seguridad: mueva el deslizador para verlos.</translation>
  </message>
  <message>
   <source>{}, {:.0f} % · {} of {}</source>
   <translation>{}, {:.0f} % · {} de {}</translation>
  </message>
  <message>
   <source>≥ {} %</source>
   <translation>≥ {} %</translation>
  </message>
  <message>
   <source>≥ {} %: {} of {}</source>
   <translation>≥ {} %: {} de {}</translation>
  </message>
 </context>
 <context>
  <name>SuggestRequest</name>
  <message>
   <source>Choose a model package (.dlpk or .emd).</source>
   <translation>Elija un paquete de modelo (.dlpk o .emd).</translation>
  </message>
  <message>
   <source>No model is chosen.</source>
   <translation>No hay ningún modelo elegido.</translation>
  </message>
  <message>
   <source>See it in the model inspector, or choose another one.</source>
   <translation>Véalo en el inspector de modelos, o elija otro.</translation>
  </message>
  <message>
   <source>The map does not show the imagery {}.</source>
   <translation>El mapa no muestra las imágenes {}.</translation>
  </message>
  <message>
   <source>Zoom to it first.</source>
   <translation>Haga primero zoom sobre ellas.</translation>
  </message>
  <message>
   <source>{} cannot be run: its kind is not known, or its weights are missing.</source>
   <translation>No se puede ejecutar {}: su tipo no se conoce o faltan sus pesos.</translation>
  </message>
 </context>
 <context>
  <name>Suggester</name>
  <message>
   <source>Suggest in view</source>
   <translation>Sugerir en la vista</translation>
  </message>
 </context>
 <context>
  <name>Tables</name>
  <message>
   <source>Check the rights to the database or the file.</source>
   <translation>Compruebe los permisos de la base de datos o del archivo.</translation>
  </message>
  <message>
   <source>The table {} cannot be changed: {}</source>
   <translation>No se puede cambiar la tabla {}: {}</translation>
  </message>
  <message>
   <source>The table {} cannot be made beside {}: {}</source>
   <translation>No se puede crear la tabla {} junto a {}: {}</translation>
  </message>
  <message>
   <source>The table {} was made beside {} and cannot be opened.</source>
   <translation>La tabla {} se ha creado junto a {} y no se puede abrir.</translation>
  </message>
 </context>
 <context>
  <name>ToolBox</name>
  <message>
   <source>Box of a fixed size</source>
   <translation>Caja de tamaño fijo</translation>
  </message>
  <message>
   <source>Circle</source>
   <translation>Círculo</translation>
  </message>
  <message>
   <source>Click both ends of one side, then the other side.</source>
   <translation>Clic en ambos extremos de un lado y luego en el otro lado.</translation>
  </message>
  <message>
   <source>Click selects, Ctrl adds, dragging moves, Delete deletes.</source>
   <translation>Clic selecciona, Ctrl añade, arrastrar mueve, Supr borra.</translation>
  </message>
  <message>
   <source>Click the corners; the right button or a double click finishes, Backspace takes one back.</source>
   <translation>Clic en las esquinas; el botón derecho o un doble clic termina, Retroceso quita una.</translation>
  </message>
  <message>
   <source>Drag a rectangle in which all objects are labelled.</source>
   <translation>Arrastrar un rectángulo en el que todos los objetos están etiquetados.</translation>
  </message>
  <message>
   <source>Drag from the centre, or click it and the border.</source>
   <translation>Arrastrar desde el centro, o clic en el centro y en el borde.</translation>
  </message>
  <message>
   <source>Drag, or click two corners.</source>
   <translation>Arrastrar, o clic en dos esquinas.</translation>
  </message>
  <message>
   <source>Draw a rectangle that touches the areas to remove.</source>
   <translation>Dibujar un rectángulo que toque las áreas que se eliminarán.</translation>
  </message>
  <message>
   <source>Draw area</source>
   <translation>Dibujar área</translation>
  </message>
  <message>
   <source>Draw the outline with the button held down.</source>
   <translation>Dibujar el contorno con el botón pulsado.</translation>
  </message>
  <message>
   <source>Each click makes a box about it.</source>
   <translation>Cada clic crea una caja a su alrededor.</translation>
  </message>
  <message>
   <source>Edit vertices</source>
   <translation>Editar vértices</translation>
  </message>
  <message>
   <source>Lasso</source>
   <translation>Lazo</translation>
  </message>
  <message>
   <source>Polygon</source>
   <translation>Polígono</translation>
  </message>
  <message>
   <source>QGIS's vertex tool on the labels.</source>
   <translation>La herramienta de vértices de QGIS en las etiquetas.</translation>
  </message>
  <message>
   <source>Rectangle</source>
   <translation>Rectángulo</translation>
  </message>
  <message>
   <source>Remove areas</source>
   <translation>Eliminar áreas</translation>
  </message>
  <message>
   <source>Rotated rectangle</source>
   <translation>Rectángulo rotado</translation>
  </message>
  <message>
   <source>Select, move, delete</source>
   <translation>Seleccionar, mover, borrar</translation>
  </message>
  <message>
   <source>Streaming</source>
   <translation>En flujo</translation>
  </message>
  <message>
   <source>Streaming: polygons take points as the mouse moves</source>
   <translation>Digitalización en flujo: los polígonos toman puntos mientras se mueve el ratón</translation>
  </message>
 </context>
 <context>
  <name>ToolRun</name>
  <message>
   <source>The tool failed.</source>
   <translation>La herramienta ha fallado.</translation>
  </message>
 </context>
 <context>
  <name>WorkView</name>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Cancelling …</source>
   <translation>Cancelando …</translation>
  </message>
  <message>
   <source>Copy log</source>
   <translation>Copiar registro</translation>
  </message>
  <message>
   <source>Warning: {text}</source>
   <translation>Advertencia: {text}</translation>
  </message>
  <message>
   <source>What is built, repaired or removed is told here.</source>
   <translation>Aquí se indica lo que se construye, repara o elimina.</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>quedan {time}</translation>
  </message>
 </context>
 <context>
  <name>Workflow</name>
  <message>
   <source>Kestrel Workflow</source>
   <translation>Flujo de trabajo de Kestrel</translation>
  </message>
 </context>
 <context>
  <name>WorkflowPanel</name>
  <message>
   <source>Below is the run before ({}).</source>
   <translation>Debajo está la ejecución anterior ({}).</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Cancelar</translation>
  </message>
  <message>
   <source>Choose a model package</source>
   <translation>Elegir un paquete de modelo</translation>
  </message>
  <message>
   <source>Choose a pretrained model package: to detect with it, or to train it further with your labels</source>
   <translation>Elegir un paquete de modelo preentrenado: para detectar con él, o para afinarlo con sus etiquetas</translation>
  </message>
  <message>
   <source>Compute …</source>
   <translation>Calcular …</translation>
  </message>
  <message>
   <source>Detect …</source>
   <translation>Detectar …</translation>
  </message>
  <message>
   <source>Export …</source>
   <translation>Exportar …</translation>
  </message>
  <message>
   <source>Kestrel Workflow</source>
   <translation>Flujo de trabajo de Kestrel</translation>
  </message>
  <message>
   <source>Label …</source>
   <translation>Etiquetar …</translation>
  </message>
  <message>
   <source>Model packages</source>
   <translation>Paquetes de modelos</translation>
  </message>
  <message>
   <source>Next with the model {}.</source>
   <translation>A continuación, con el modelo {}.</translation>
  </message>
  <message>
   <source>Next with {}, against the labels.</source>
   <translation>A continuación con {}, frente a las etiquetas.</translation>
  </message>
  <message>
   <source>No area is marked as completely labelled.</source>
   <translation>Ninguna área está marcada como completamente etiquetada.</translation>
  </message>
  <message>
   <source>Not yet.</source>
   <translation>Todavía no.</translation>
  </message>
  <message>
   <source>Not yet: choose imagery and draw objects.</source>
   <translation>Todavía no: elija imágenes y dibuje objetos.</translation>
  </message>
  <message>
   <source>Open the tool with the parameters of its last run</source>
   <translation>Abrir la herramienta con los parámetros de su última ejecución</translation>
  </message>
  <message>
   <source>Open the tool with the results of the steps before</source>
   <translation>Abrir la herramienta con los resultados de los pasos anteriores</translation>
  </message>
  <message>
   <source>Remove …</source>
   <translation>Eliminar …</translation>
  </message>
  <message>
   <source>Run again …</source>
   <translation>Repetir …</translation>
  </message>
  <message>
   <source>Train from scratch, and detect with the trained model</source>
   <translation>Entrenar desde cero y detectar con el modelo entrenado</translation>
  </message>
  <message>
   <source>Train …</source>
   <translation>Entrenar …</translation>
  </message>
  <message>
   <source>Trains {} further.</source>
   <translation>Sigue entrenando {}.</translation>
  </message>
  <message>
   <source>Use a package …</source>
   <translation>Usar un paquete …</translation>
  </message>
  <message>
   <source>Without package</source>
   <translation>Sin paquete</translation>
  </message>
  <message>
   <source>imagery</source>
   <translation>imágenes</translation>
  </message>
  <message>
   <source>is gone</source>
   <translation>no se encuentra</translation>
  </message>
  <message>
   <source>labels</source>
   <translation>etiquetas</translation>
  </message>
  <message>
   <source>{} objects are labelled.</source>
   <translation>Hay {} objetos etiquetados.</translation>
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
   <translation>Calcular la exactitud</translation>
  </message>
  <message>
   <source>Detect objects</source>
   <translation>Detectar objetos</translation>
  </message>
  <message>
   <source>Done ({}).</source>
   <translation>Hecho ({}).</translation>
  </message>
  <message>
   <source>Export training data</source>
   <translation>Exportar datos de entrenamiento</translation>
  </message>
  <message>
   <source>F1 {}</source>
   <translation>F1 {}</translation>
  </message>
  <message>
   <source>Failed ({}): {}</source>
   <translation>Falló ({}): {}</translation>
  </message>
  <message>
   <source>Label objects</source>
   <translation>Etiquetar objetos</translation>
  </message>
  <message>
   <source>Remove duplicates (optional)</source>
   <translation>Eliminar duplicados (opcional)</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>En curso</translation>
  </message>
  <message>
   <source>Running …</source>
   <translation>En curso …</translation>
  </message>
  <message>
   <source>Stopped ({}).</source>
   <translation>Detenido ({}).</translation>
  </message>
  <message>
   <source>Stopped ({}); what there was is kept.</source>
   <translation>Detenido ({}); se conserva lo que había.</translation>
  </message>
  <message>
   <source>Train the model</source>
   <translation>Entrenar el modelo</translation>
  </message>
  <message>
   <source>about {} min left</source>
   <translation>quedan unos {} min</translation>
  </message>
  <message>
   <source>epoch {} kept</source>
   <translation>época {} conservada</translation>
  </message>
  <message>
   <source>less than a minute left</source>
   <translation>queda menos de un minuto</translation>
  </message>
  <message>
   <source>precision {}</source>
   <translation>precisión {}</translation>
  </message>
  <message>
   <source>recall {}</source>
   <translation>exhaustividad {}</translation>
  </message>
  <message>
   <source>today, {}</source>
   <translation>hoy, {}</translation>
  </message>
  <message>
   <source>{} chips</source>
   <translation>{} recortes</translation>
  </message>
  <message>
   <source>{} duplicates removed</source>
   <translation>{} duplicados eliminados</translation>
  </message>
  <message>
   <source>{} objects found</source>
   <translation>{} objetos encontrados</translation>
  </message>
  <message>
   <source>{} objects in them</source>
   <translation>con {} objetos</translation>
  </message>
 </context>
</TS>
