#!/bin/sh
# Runs every test. Installs what they need on a fresh machine that has the .NET SDK (and apt-get, as root, for the optional native
# linear algebra). Ends with "N passed, N failed".
set -eu
cd "$(dirname "$0")"

install_openblas() {
    ldconfig -p 2>/dev/null | grep -q 'libopenblas\.so\.0' && return 0
    command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || return 0
    { apt-get update && apt-get install -y --no-install-recommends libopenblas0-pthread; } >/dev/null 2>&1 \
        || echo "OpenBLAS could not be installed; the managed linear algebra is tested alone." >&2
}

install_openblas
dotnet build TaskVectors.slnx --configuration Release --nologo --verbosity quiet

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
dotnet test TaskVectors.slnx --configuration Release --no-build --nologo "$@" >"$log" 2>&1 || status=$?
cat "$log"

# Each test project closes with a line such as "Passed!  - Failed:     0, Passed:   117, Skipped:     0, ...".
awk '
    /(Passed|Failed)!  - Failed: / {
        match($0, /Failed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), failed, /: +/); failures += failed[2]
        match($0, /Passed: +[0-9]+/); split(substr($0, RSTART, RLENGTH), passed, /: +/); passes += passed[2]
    }
    END { printf "%d passed, %d failed\n", passes, failures; exit passes == 0 }' "$log" || status=1
exit "$status"
