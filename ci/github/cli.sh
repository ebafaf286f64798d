#!/usr/bin/env bash
# Gives the path of the command line as a step output. A checkout of the action without the bundle builds it, by the
# versions of its lock file and without running install scripts.
set -euo pipefail

if ! command -v node >/dev/null; then
  echo "::error title=Premortem::There is no Node.js on this runner. Put actions/setup-node before this step."
  exit 2
fi
cli="$GITHUB_ACTION_PATH/dist/cli.cjs"
if [ ! -e "$cli" ]; then
  (
    cd "$GITHUB_ACTION_PATH"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    node scripts/build.mjs >&2
  )
fi
echo "cli=$cli" >>"$GITHUB_OUTPUT"
