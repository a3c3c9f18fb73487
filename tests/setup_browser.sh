#!/bin/sh
# Install Debian's Chromium and poppler, which the tests that look at the page and the PDF need.
# Does nothing where they are present; where they cannot be had it says so and the tests skip (outside CI).
set -u

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="chromium"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
[ -n "$missing" ] || exit 0

cannot() {
    echo "setup_browser: $1; the tests that need it are skipped (install it by hand:$(printf ' %s' $missing))."
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

echo "setup_browser: installing $missing"
install() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends $missing >/dev/null 2>&1
}
# shellcheck disable=SC2086 # $as_root and $missing are lists of words
if ! install; then
    $as_root apt-get update --quiet >/dev/null 2>&1
    install || cannot "apt-get could not install$(printf ' %s' $missing)"
fi
