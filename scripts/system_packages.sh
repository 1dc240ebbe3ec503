#!/bin/sh
# Install what the machine lacks and no package of Python brings: PostgreSQL with PostGIS; for the tests a Chromium, curl and openssl;
# for the measurements Redis' program (redis-tools: no service is started) and wrk.
#   scripts/system_packages.sh [--with-browser | --with-bench]
set -eu

missing=""
if [ -z "${DATABASE_URL:-}" ]; then
  found=""
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    version=$(basename "$(dirname "$(dirname "$control")")")
    if [ -e "$control" ] && [ -x "/usr/lib/postgresql/$version/bin/initdb" ]; then found=yes; fi
  done
  [ -n "$found" ] || missing="postgresql-postgis"
fi
# Letters and flyers are set in type with Pango.
ldconfig -p | grep -q 'libpangoft2-1\.0\.so\.0' || missing="$missing libpangoft2-1.0-0"
if [ "${1:-}" = "--with-browser" ]; then
  [ -x /usr/bin/chromium ] || missing="$missing chromium"
  # The program that drives the browser links to it, and a bare Debian lacks it.
  ldconfig -p | grep -q 'libatomic\.so\.1' || missing="$missing libatomic1"
  # What docs/affiliation.md tells partners to type is run.
  command -v curl >/dev/null || missing="$missing curl"
  command -v openssl >/dev/null || missing="$missing openssl"
fi
if [ "${1:-}" = "--with-bench" ]; then
  [ -x /usr/bin/redis-check-rdb ] || missing="$missing redis-tools"
  command -v wrk >/dev/null || missing="$missing wrk"
fi
missing=${missing# }
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends $missing"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing on this machine: $missing. On Debian 12, as root: $install" >&2
  case $missing in *postgis*) echo "Or set DATABASE_URL to a PostgreSQL with PostGIS of your own." >&2 ;; esac
  exit 1
fi

echo "== System packages: $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update </dev/null
# shellcheck disable=SC2086  # two words are two packages
apt-get install -y --no-install-recommends $missing </dev/null
case $missing in
  *postgis*)
    echo "Debian's PostgreSQL package has made a cluster of its own, named main. It is not used here and is left alone;"
    echo "geoneighbour makes a private one. (To be rid of main: pg_dropcluster --stop <version> main)"
    ;;
esac
