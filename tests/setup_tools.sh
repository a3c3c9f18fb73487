#!/bin/sh
# Install what tests need from Debian: Chromium and poppler to look at the page and the PDF, and PostgreSQL's server.
# Does nothing where they are present; where they cannot be had it says so and the tests skip (outside CI).
# The tests start a server of their own, so that no cluster is made and no service started here.
set -u

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="chromium"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
server=""
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    server="postgresql"
    missing="$missing postgresql"
fi
[ -n "$missing" ] || exit 0

cannot() {
    echo "setup_tools: $1; the tests that need it are skipped (install it by hand:$(printf ' %s' $missing))."
    exit 0
}

command -v apt-get >/dev/null 2>&1 || cannot "there is no apt-get here"
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    cannot "installing needs root, or sudo without a password"
fi

echo "setup_tools: installing$(printf ' %s' $missing)"
# shellcheck disable=SC2086 # $as_root and the names are lists of words
add() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@" >/dev/null 2>&1
}
# shellcheck disable=SC2086
install() {
    if [ -n "$server" ]; then
        add postgresql-common || return 1
        $as_root sed -i 's/^#\{0,1\}create_main_cluster .*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
    fi
    add $missing
}
if ! install; then
    # shellcheck disable=SC2086
    $as_root apt-get update --quiet >/dev/null 2>&1
    install || cannot "apt-get could not install$(printf ' %s' $missing)"
fi
