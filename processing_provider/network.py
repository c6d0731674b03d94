"""QGIS's proxy for the processes that Kestrel starts: pip, uv, and the worker, which downloads weights."""

from __future__ import annotations

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy

from ..core.runtime.child_environment import use_proxy

_SCHEMES = {
    QNetworkProxy.ProxyType.HttpProxy: "http",
    QNetworkProxy.ProxyType.HttpCachingProxy: "http",
    QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
}


def hand_on_proxy() -> None:
    """Give the children that are started from now on the proxy of QGIS's options; call it in the main thread."""
    manager = QgsNetworkAccessManager.instance()
    without = [*manager.excludeList(), *manager.noProxyList()]
    use_proxy(proxy_url(manager.fallbackProxy()), sorted({host for entry in without if (host := _host(entry))}))


def proxy_url(proxy: QNetworkProxy) -> str:
    """Return the proxy with its name and password as a URL; empty for none."""
    scheme = _SCHEMES.get(proxy.type())
    if not scheme or not proxy.hostName():
        return ""
    url = QUrl()
    url.setScheme(scheme)
    url.setHost(proxy.hostName())
    if proxy.port():
        url.setPort(proxy.port())
    if proxy.user():
        url.setUserName(proxy.user(), QUrl.ParsingMode.DecodedMode)
        url.setPassword(proxy.password(), QUrl.ParsingMode.DecodedMode)
    return bytes(url.toEncoded()).decode("ascii")


def _host(entry: str) -> str:
    """Return the host of an address that QGIS reaches without its proxy, such as ``https://intranet/wms``."""
    text = entry.strip()
    return QUrl(text).host() or QUrl(f"https://{text}").host() if text else ""
