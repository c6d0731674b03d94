"""Tables beside a layer: in the same GeoPackage or the same schema of PostgreSQL, so that they travel with the labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsFields,
    QgsProviderConnectionException,
    QgsProviderRegistry,
    QgsProviderSublayerDetails,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from ...core.errors import OutputError


class Neighbours:
    """The database that a layer lies in.

    Attributes:
        table: name of the layer's own table.
    """

    def __init__(self, provider: str, uri: str, schema: str, table: str) -> None:
        self._provider, self._uri, self._schema, self.table = provider, uri, schema, table

    @classmethod
    def of(cls, layer: QgsVectorLayer) -> Neighbours | None:
        """Return the neighbours of a layer; None when it lies in no database that can hold more tables."""
        provider = layer.dataProvider().name()
        if provider == "postgres":
            uri = QgsDataSourceUri(layer.source())
            return cls(provider, layer.source(), uri.schema(), uri.table())
        parts = QgsProviderRegistry.instance().decodeUri(provider, layer.source())
        path = parts.get("path") or ""
        if provider != "ogr" or Path(path).suffix.lower() != ".gpkg":
            return None
        table = parts.get("layerName") or ""
        if not table:
            found: list[QgsProviderSublayerDetails] = QgsProviderRegistry.instance().querySublayers(path)
            table = found[0].name() if found else Path(path).stem
        return cls(provider, path, "", table)

    def update(self, values: Mapping[str, object], where: tuple[str, object]) -> None:
        """Change the layer's own table in one statement, whatever a filter of the layer hides; also from another thread.

        Args:
            values: new values by column.
            where: a column and what it holds in the rows that are changed.

        Raises:
            OutputError: the database does not take it; then nothing has changed.
        """
        connection = QgsProviderRegistry.instance().providerMetadata(self._provider).createConnection(self._uri, {})
        table = ".".join(_name(part) for part in (self._schema, self.table) if part)
        changes = ", ".join(f"{_name(column)} = {_literal(value)}" for column, value in values.items())
        try:
            # Only names from the database and the escaped words of a class.
            connection.executeSql(f"UPDATE {table} SET {changes} WHERE {_name(where[0])} = {_literal(where[1])}")  # nosec B608
        except QgsProviderConnectionException as error:
            raise OutputError(_tr("The table {} cannot be changed: {}").format(self.table, error)) from error

    def open(self, name: str) -> QgsVectorLayer | None:
        """Return the table ``name`` as a layer; None when there is none."""
        if self._provider == "postgres":
            uri = QgsDataSourceUri(QgsDataSourceUri(self._uri).connectionInfo(False))  # nothing of the layer's own table
            connection = QgsProviderRegistry.instance().providerMetadata("postgres").createConnection(self._uri, {})
            try:
                table = connection.table(self._schema, name)
            except QgsProviderConnectionException:
                return None
            keys, kinds = table.primaryKeyColumns(), table.geometryColumnTypes()
            uri.setWkbType(kinds[0].wkbType if kinds and table.geometryColumn() else Qgis.WkbType.NoGeometry)
            uri.setDataSource(self._schema, name, table.geometryColumn(), "", keys[0] if keys else "")
            layer = QgsVectorLayer(uri.uri(False), name, "postgres")
        else:
            layer = QgsVectorLayer(f"{self._uri}|layername={name}", name, "ogr")
        return layer if layer.isValid() else None

    def create(
        self, name: str, fields: QgsFields, kind: Qgis.WkbType, crs: QgsCoordinateReferenceSystem | None = None
    ) -> QgsVectorLayer:
        """Make the table ``name`` and return it as a layer.

        Raises:
            OutputError: the database does not allow it.
        """
        connection = QgsProviderRegistry.instance().providerMetadata(self._provider).createConnection(self._uri, {})
        options = {} if kind == Qgis.WkbType.NoGeometry else {"geometryColumn": "geom"}
        try:
            connection.createVectorTable(
                self._schema, name, fields, kind, crs or QgsCoordinateReferenceSystem(), False, options
            )
        except QgsProviderConnectionException as error:
            raise OutputError(
                _tr("The table {} cannot be made beside {}: {}").format(name, self.table, error),
                _tr("Check the rights to the database or the file."),
            ) from error
        layer = self.open(name)
        if layer is None:
            raise OutputError(_tr("The table {} was made beside {} and cannot be opened.").format(name, self.table))
        return layer


def _name(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'{}'".format(str(value).replace("'", "''"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Tables", text)
