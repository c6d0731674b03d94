<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
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
  <name>Kestrel</name>
  <message>
   <source>Environment…</source>
   <translation>Entorno…</translation>
  </message>
  <message>
   <source>Model inspector…</source>
   <translation>Inspector de modelos…</translation>
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
   <source>Model inspector</source>
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
   <source>this field</source>
   <translation>este campo</translation>
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
</TS>
