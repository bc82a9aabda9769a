#!/bin/sh
# Once a night: backup with its check, retention, reminders, messages to followers, links. Each goes on where
# another failed; the exit code says whether all succeeded. BACKUPS: the folder, 14 archives stay.
set -u
failed=0
run() { python manage.py "$@" || { echo "manage.py $*: failed" >&2; failed=1; }; }

folder=${BACKUPS:-/srv/backups}
archive="$folder/osservatorio-$(date +%F).zip"
run backup "$archive"
run verify "$archive"
ls -1 "$folder"/osservatorio-*.zip | sort -r | tail -n +15 | while read -r old; do rm -- "$old"; done
run apply_retention
run send_reminders
run send_updates
run check_links
run compact_index
exit $failed
