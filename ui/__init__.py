"""What QGIS shows of the plugin besides its algorithms: icons, fields of dialogs."""
