import { FOREIGN } from "../../src/vcs/tree.ts";

/**
 * .pre-commit-hooks.yaml. Formats are recognised by their names and by what stands in them, so the hooks get every text
 * but those whose endings the reader itself passes over.
 */
export function preCommitHooks(): string {
  // pre-commit matches with Python's re.search, which wants flags at the beginning.
  const exclude = `(?i)${FOREIGN.source}`;
  return `# Made by \`npm run gen\`. docs/ci.md says how to use these hooks.
- id: premortem-review
  name: premortem review
  description: Reviews what is staged against HEAD, with the whole repository in view.
  entry: premortem review --staged
  language: node
  pass_filenames: false
  types: [text]
  exclude: '${exclude}'
- id: premortem-check
  name: premortem check
  description: Checks the state of the files that are staged.
  entry: premortem check
  language: node
  types: [text]
  exclude: '${exclude}'
  require_serial: true
`;
}
