#!/usr/bin/env bash
# Works out what to compare with and fetches it where the checkout is too shallow. Premortem itself never fetches.
# Outputs: command (review or check), base (a revision), head (the commit to link to).
set -euo pipefail

zero=0000000000000000000000000000000000000000
git() { command git -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@"; }
event() { node -e 'const { readFileSync } = require("fs"); let value = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, "utf8")); for (const name of process.argv[1].split(".")) value = value?.[name]; process.stdout.write(typeof value === "string" ? value : "")' "$1"; }
have() { git cat-file -e "$1^{commit}" 2>/dev/null; }
fetch() { git fetch --quiet --no-tags --no-recurse-submodules "$@" 2>/dev/null; }
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

head="$(event pull_request.head.sha)"
[[ "$head" =~ ^[0-9a-f]{40,64}$ ]] || head="$GITHUB_SHA"
output head "$head"

if [ -n "$PREMORTEM_BASE" ]; then
  if ! have "$PREMORTEM_BASE"; then
    fetch --depth=1 origin "$PREMORTEM_BASE" && PREMORTEM_BASE="$(git rev-parse FETCH_HEAD)" || true
  fi
  output command review
  output base "$PREMORTEM_BASE"
  exit 0
fi
if [ -n "$PREMORTEM_MERGE" ] && [ -z "$PREMORTEM_HTML" ]; then
  output command review
  exit 0
fi

case "$GITHUB_EVENT_NAME" in
  pull_request | pull_request_target)
    here="$(git rev-parse HEAD)"
    # A shallow clone hides parents from git's walks; the commit itself still names them.
    parents=()
    while read -r parent; do parents+=("$parent"); done < <(git cat-file commit "$here" | sed -n '/^$/q; s/^parent //p')
    if [ "${#parents[@]}" = 2 ] && [ "$here" = "$GITHUB_SHA" ]; then
      # The checkout is GitHub's merge of the branch into its target: its first parent is the target as it stands.
      base="${parents[0]}"
      have "$base" || fetch --depth=1 origin "$base" || fetch --deepen=1 origin || true
    else
      # The checkout is the branch itself, so the two histories are followed back to where they part.
      target="refs/remotes/origin/$GITHUB_BASE_REF"
      refs=("+refs/heads/$GITHUB_BASE_REF:$target")
      base=
      for depth in 1 50 500 5000; do
        fetch --deepen="$depth" origin "${refs[@]}" "$here" || fetch --deepen="$depth" origin "${refs[@]}" || fetch origin "${refs[@]}" || true
        base="$(git merge-base "$target" "$here" 2>/dev/null)" && break
      done
      [ -n "$base" ] || { fetch --unshallow origin "${refs[@]}" || true; base="$(git merge-base "$target" "$here" 2>/dev/null)" || base=; }
    fi
    ;;
  merge_group)
    base="$(event merge_group.base_sha)"
    ;;
  push)
    base="$(event before)"
    [ "$base" != "$zero" ] || base="$(git cat-file commit HEAD | sed -n '/^$/q; s/^parent //p' | head -n 1)"
    ;;
  *)
    # A schedule or a click compares nothing.
    output command check
    exit 0
    ;;
esac

[[ "$base" =~ ^[0-9a-f]{40,64}$ ]] || base=
if [ -n "$base" ] && ! have "$base"; then fetch --depth=1 origin "$base" || true; fi
if [ -z "$base" ] || ! have "$base"; then
  if [ "$GITHUB_EVENT_NAME" = push ] && [ -z "$base" ]; then
    # The first commit of all.
    output command check
    exit 0
  fi
  echo "::error title=Premortem::The base of this change cannot be fetched. Give actions/checkout fetch-depth: 0, or name a revision by the input base."
  exit 2
fi
output command review
output base "$base"
