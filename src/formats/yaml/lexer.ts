import type { Lexer } from "yaml";
import { yamlLibrary } from "./load.ts";

/** What may stand further to the left than its key, by libyaml and PyYAML, and by how the library's method for it is called. */
const UNINDENTED = ["parseQuotedScalar", "parseFlowCollection"] as const;

/**
 * A lexer of the library, which must be loaded, that reads quoted text and brackets as libyaml and PyYAML do: their
 * further lines may be indented as they like. YAML 1.2, and so the library, wants them deeper than their key; Ansible,
 * netplan and Kubernetes never ask.
 */
export function tolerantLexer(): Lexer {
  const lexer = new (yamlLibrary()!.Lexer)();
  const state = lexer as unknown as { indentNext: number; flowLevel: number } & Record<string, () => Generator<string, unknown>>;
  const free = (name: string, applies: () => boolean): void => {
    const parse = state[name]!.bind(lexer);
    state[name] = function* () {
      if (!applies()) return yield* parse();
      const indent = state.indentNext;
      state.indentNext = 0;
      const next = yield* parse();
      state.indentNext = indent;
      return next;
    };
  };
  for (const name of UNINDENTED) free(name, () => true);
  free("parsePlainScalar", () => state.flowLevel > 0);
  return lexer;
}
