#!/bin/sh
# Install QGIS 3.40 or newer with its Python bindings from the packages of Debian or Ubuntu; do nothing when it is there.
set -eu

wanted="3.40"
say() { printf '%s\n' "$*" >&2; }

# The version that the system's Python sees, such as 3.40.6; empty when there is none.
installed() {
    QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c \
        'from qgis.core import Qgis; print(Qgis.version().split("-")[0])' 2>/dev/null || true
}

at_least() { # at_least VERSION: is VERSION the wanted one or newer?
    [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$wanted" "$1" | sort -V | head -n 1)" = "$wanted" ]
}

complete() { # QGIS is new enough and everything beside it is there
    at_least "$(installed)" && command -v qgis_process >/dev/null && command -v git >/dev/null &&
        /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null
}

if complete; then
    say "QGIS $(installed) is installed."
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    say "QGIS $wanted or newer with its Python bindings was not found, and this system has no apt-get."
    say "Install it from https://qgis.org/download, then run this again. On Windows and macOS, install the plugin's"
    say "zip in QGIS instead (README, section 'Install in QGIS'): these commands are for Debian and Ubuntu."
    exit 1
fi

if [ "$(id -u)" = 0 ]; then
    as_root() { "$@"; }
elif command -v sudo >/dev/null; then
    as_root() { sudo "$@"; }
else
    say "Installing packages needs root: run as root, or install sudo."
    exit 1
fi
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 "$@"; }
candidate() { # the QGIS version that apt would install, without Debian's additions
    apt-cache ${1:+-t "$1"} policy qgis 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'
}

. /etc/os-release
say "Installing QGIS from the packages of ${PRETTY_NAME:-this system} ..."
apt update -qq
release=""
if ! at_least "$(candidate)"; then
    case "${ID:-}" in
    debian)
        # Debian 12 has 3.22; its backports carry 3.40. They lie on the mirror that the system uses already.
        release="${VERSION_CODENAME}-backports"
        if ! at_least "$(candidate "$release")"; then
            mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
                awk -v name="$VERSION_CODENAME" '$2 == name && $3 == "main" { print $1; exit }')
            echo "deb $mirror $release main" | as_root tee /etc/apt/sources.list.d/kestrel-backports.list >/dev/null
            apt update -qq
        fi
        ;;
    ubuntu)
        # Ubuntu 24.04 has 3.34: take the long-term release from QGIS's own repository, as qgis.org describes.
        apt install -qq -y ca-certificates curl
        as_root mkdir -m 755 -p /etc/apt/keyrings
        as_root curl -fsSLo /etc/apt/keyrings/qgis-archive-keyring.gpg \
            https://download.qgis.org/downloads/qgis-archive-keyring.gpg
        printf 'Types: deb\nURIs: https://qgis.org/ubuntu-ltr\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
            "$VERSION_CODENAME" /etc/apt/keyrings/qgis-archive-keyring.gpg |
            as_root tee /etc/apt/sources.list.d/qgis.sources >/dev/null
        apt update -qq
        ;;
    esac
fi
if ! at_least "$(candidate $release)"; then
    say "The packages of ${PRETTY_NAME:-this system} offer QGIS '$(candidate $release)', Kestrel needs $wanted."
    say "Add QGIS's own repository (https://qgis.org/resources/installation-guide/), then run this again."
    exit 1
fi
apt install -qq -y --no-install-recommends ${release:+-t "$release"} qgis python3-qgis >/dev/null
apt install -qq -y --no-install-recommends ca-certificates git python3-venv fonts-dejavu-core \
    qttools5-dev-tools >/dev/null

if ! complete; then
    say "QGIS was installed but does not start: '/usr/bin/python3 -c \"import qgis.core\"' or 'qgis_process' fails."
    exit 1
fi
say "QGIS $(installed) is installed."
