#!/usr/bin/env bash
# Reviews once, as one part or as all of them, and prints the report in every form that is asked for.
# Outputs: report (with a shard), summary, status. Runners with macOS have bash 3.2, to which an empty list is no variable.
set -uo pipefail

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }
work="$(mktemp -d "${RUNNER_TEMP:-/tmp}/premortem-XXXXXX")"
stop="$(node -p 'require("crypto").randomUUID()')"
# What is printed between these lines is text alone for GitHub, whatever a reviewed file is called.
quietly() {
  echo "::stop-commands::$stop"
  "$@"
  local status=$?
  printf '\n::%s::\n' "$stop"
  return "$status"
}
premortem() { node "$PREMORTEM_CLI" "$@"; }

prefix=
[ ! -d "$PREMORTEM_PATH" ] || prefix="$(git -C "$PREMORTEM_PATH" rev-parse --show-prefix 2>/dev/null)" || prefix=
place=()
[ -z "$prefix" ] || place+=(--path-prefix "$prefix")
[ -z "$PREMORTEM_CONFIG" ] || place+=(--config "$PREMORTEM_CONFIG")
ends=()
[ "$PREMORTEM_COMMAND" != review ] || [ -z "$PREMORTEM_BASE" ] || ends+=("--base=$PREMORTEM_BASE")

if [ -n "$PREMORTEM_MERGE" ]; then
  parts=("$PREMORTEM_MERGE"/*.json)
  if [ ! -e "${parts[0]}" ]; then
    echo "::error title=Premortem::The directory of the input merge holds no reports (*.json). Download those of all parts into it."
    output status 2
    exit 0
  fi
else
  shard="${PREMORTEM_SHARD:-1/1}"
  parts=("$work/premortem-${shard/\//-of-}.json")
  known=()
  [ -z "$PREMORTEM_BASELINE" ] || known+=(--baseline "$PREMORTEM_BASELINE")
  quietly premortem "$PREMORTEM_COMMAND" ${ends[@]+"${ends[@]}"} ${place[@]+"${place[@]}"} ${known[@]+"${known[@]}"} --shard "$shard" \
    --fail-on "$PREMORTEM_FAIL_ON" --format json --output "${parts[0]}" --no-progress -- "$PREMORTEM_PATH"
  status=$?
  if [ -n "$PREMORTEM_SHARD" ]; then
    [ ! -e "${parts[0]}" ] || output report "${parts[0]}"
    # Findings are judged where the parts are merged; a part that could not be made fails at once.
    [ "$status" = 1 ] && status=0
    output status "$status"
    exit 0
  fi
  if [ ! -e "${parts[0]}" ]; then
    output status "$status"
    exit 0
  fi
fi

merge() { premortem merge "${parts[@]}" --severity "$PREMORTEM_SEVERITY" --fail-on "$PREMORTEM_FAIL_ON" "$@" 2>"$work/errors"; }
printed() {
  merge --format "$PREMORTEM_FORMAT"
  status=$?
}
case "$PREMORTEM_FORMAT" in
  github) printed ;;
  html) PREMORTEM_HTML="${PREMORTEM_HTML:-premortem.html}" && merge --format text --output /dev/null; status=$? ;;
  *) quietly printed ;;
esac
if [ "$status" = 2 ]; then quietly cat "$work/errors"; fi

summary="$work/summary.md"
if merge --format markdown --output "$summary" --link-base "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$PREMORTEM_HEAD_SHA/"; [ -e "$summary" ]; then
  output summary "$summary"
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
[ -z "$PREMORTEM_SARIF" ] || merge --format sarif --output "$PREMORTEM_SARIF"
if [ -n "$PREMORTEM_HTML" ]; then
  merge --format html --output "$PREMORTEM_HTML" --path "$PREMORTEM_PATH" ${ends[@]+"${ends[@]}"} ${place[@]+"${place[@]}"}
  [ -e "$PREMORTEM_HTML" ] || quietly cat "$work/errors"
fi
output status "$status"
