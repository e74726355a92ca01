#!/bin/sh
# Installs Debian's Chromium for the tests in a browser, where that needs no question; never fails.
set -u
for browser in chromium chromium-browser google-chrome; do
  command -v "$browser" > /dev/null && exit 0
done
skipped() { echo "no Chromium: $1; tests in a browser will be skipped" >&2; exit 0; }
command -v apt-get > /dev/null || skipped "this is no Debian-like system, install it by hand"
if [ "$(id -u)" = 0 ]; then sudo=""
elif sudo -n true 2> /dev/null; then sudo="sudo -n"
else skipped "installing it needs root: sudo apt-get install chromium"; fi
echo "installing Chromium for the tests in a browser" >&2
$sudo env DEBIAN_FRONTEND=noninteractive sh -c \
  "apt-get -qq update && apt-get -qq -y --no-install-recommends install chromium fonts-dejavu-core" > /dev/null \
  || skipped "apt-get could not install it"
