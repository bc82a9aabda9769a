#!/bin/sh
# Timed work where there is no systemd: exports every five minutes, the rest once a night.
set -u
night=""
while :; do
    python manage.py run_exports || echo "run_exports: $?" >&2
    today=$(date +%F)
    if [ "$(date +%H)" -ge 3 ] && [ "$night" != "$today" ]; then
        sh deploy/nightly.sh && night=$today
    fi
    sleep 300
done
