#!/bin/sh
# Install what the tests of the desktop and of shared tables need, from the packages of Debian or Ubuntu: a screen that nobody
# sees, a window manager and a hand for the mouse (13 MB to download), and a PostgreSQL server with PostGIS (27 MB). Never fails:
# without them those tests are skipped, and say so.
set -u

say() { printf '%s\n' "$*" >&2; }
has_screen() { command -v Xvfb && command -v xauth && command -v xdotool && command -v jwm; } >/dev/null 2>&1
has_postgis() { ls /usr/lib/postgresql/*/bin/initdb && ls /usr/lib/postgresql/*/lib/postgis-3.so; } >/dev/null 2>&1

if has_screen && has_postgis; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    say "Without Xvfb, xdotool, jwm and PostGIS the tests of the desktop and of shared tables are skipped."
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root() { "$@"; }
elif command -v sudo >/dev/null; then
    as_root() { sudo -n "$@"; }
else
    as_root() { false; }
fi
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 "$@"; }
install() { apt install -qq -y --no-install-recommends "$@" >/dev/null; }

say "Installing what the tests of the desktop need ..."
as_root true 2>/dev/null && apt update -qq
if ! has_screen && ! install xvfb xauth xdotool jwm fonts-open-sans; then
    say "Xvfb, xdotool and jwm could not be installed: the tests that use QGIS with mouse and keyboard are skipped."
fi
if ! has_postgis; then
    version=$(apt-cache --names-only search '^postgresql-[0-9]+-postgis-3$' | sed 's/^postgresql-\([0-9]*\).*/\1/' | sort -n | tail -n 1)
    settings=/etc/postgresql-common/createcluster.conf
    if [ ! -e "$settings" ] && [ -n "$version" ] && install postgresql-common; then
        # The tests start a server of their own; the package shall not leave one running on a machine that had none.
        as_root sed -i 's/^#*[[:space:]]*create_main_cluster.*/create_main_cluster = false/' "$settings"
    fi
    if [ -z "$version" ] || ! install "postgresql-$version" "postgresql-$version-postgis-3"; then
        say "PostgreSQL with PostGIS could not be installed: the tests of shared tables are skipped."
    fi
fi
exit 0
