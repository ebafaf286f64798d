import { fieldInfo } from "../../../../formats/nftables/fields.ts";
import { CLOSED } from "../../../../formats/nftables/symbols.ts";
import type { NftFile } from "../../../../formats/nftables/index.ts";
import type { Workspace } from "../../../workspace.ts";
import type { Declared } from "./declared.ts";
import { declaredIn } from "./declared.ts";
import type { Completion, CompletionKind } from "./item.ts";
import type { Block } from "./nft-context.ts";

/** The names that may be used where the place is. */
export class Names {
  scope: string | undefined;
  readonly #own: string;
  readonly #all: () => readonly Declared[];
  readonly #text: () => string;

  constructor(workspace: Workspace, path: string, blocks: readonly Block[]) {
    const table = blocks.find(({ kind }) => kind === "table")?.header.slice(1);
    this.scope = table === undefined ? undefined : table.length === 1 ? `ip ${table[0]}` : table.join(" ");
    this.#own = blocks.find(({ kind, header }) => kind === "chain" && header[0] === "chain")?.header.at(-1) ?? "";
    let all: readonly Declared[] | undefined;
    this.#text = () => (workspace.document(path)?.tree as NftFile | undefined)?.masked.text ?? "";
    this.#all = () => (all ??= declaredIn(workspace, path));
  }

  /** Names of some kinds, with `sigil` in front. */
  of(kinds: readonly Declared["kind"][], sigil = "", kind: CompletionKind = "set"): Completion[] {
    const found = new Map<string, Completion>();
    for (const one of this.#all()) {
      if (!kinds.includes(one.kind) || (one.scope !== undefined && this.scope !== undefined && one.scope !== this.scope)) continue;
      found.set(one.name, { label: sigil + one.name, kind: one.kind === "chain" ? "chain" : one.kind === "variable" ? "variable" : one.kind === "object" || one.kind === "flowtable" ? "object" : kind, detail: one.detail });
    }
    return [...found.values()];
  }

  /** Variables; with a field those alone whose value may be one of it. */
  variables(sigil: string, field?: string): Completion[] {
    const type = field === undefined ? undefined : fieldInfo(field)?.type;
    return this.of(["variable"], sigil).filter(({ detail }) => type === undefined || mayBe(type, detail));
  }

  /** Names for a chain that is not there yet: those of hooks, as most rulesets have them. */
  newChains(): Completion[] {
    const known = new Set(this.of(["chain"]).map(({ label }) => label));
    return ["input", "forward", "output", "prerouting", "postrouting"].filter((label) => !known.has(label)).map((label) => ({ label, kind: "value", detail: "a usual name" }));
  }

  /** Interfaces that the file names elsewhere, in quotes. */
  interfaces(): Completion[] {
    const found = this.#text().matchAll(/\b[io]if(?:name)?[ \t]+(?:!=[ \t]*)?(?:\{[^}]*?)?"?([A-Za-z][\w.-]*\*?)"?/g);
    const keywords = new Set(["vmap", "map", "set", "eq", "ne"]);
    return [...new Set([...found].map((match) => match[1]!))].filter((name) => !keywords.has(name)).map((name) => ({ label: `"${name}"`, kind: "value", detail: "interface named in this file" }));
  }

  /** Chains that a rule may lead to: not its own, and none with a hook. */
  chains(): Completion[] {
    const base = new Set(this.#all().filter((one) => one.base && (one.scope === this.scope || this.scope === undefined)).map(({ name }) => name));
    return this.of(["chain"]).filter(({ label }) => label !== this.#own && !base.has(label));
  }

  /** Sets; with fields those alone whose keys may be values of them. */
  sets(sigil: string, fields: readonly string[]): Completion[] {
    const types = fields.map((field) => fieldInfo(field)?.type);
    const fits = new Set(this.#all().filter((one) => one.types.length === 0 || fields.length === 0 || (one.types.length === fields.length && one.types.every((type, i) => types[i] === undefined || types[i] === type))).map(({ name }) => name));
    return this.of(["set"], sigil).filter(({ label }) => fits.has(label.slice(sigil.length)));
  }

  /** Named objects of one kind. */
  objects(what: string): Completion[] {
    return this.of(["object"]).filter(({ detail }) => detail === what);
  }

  /** Tables, of one family where it is given. */
  tables(family: string | undefined): Completion[] {
    const found = new Map(this.#all().filter((one) => one.kind === "table" && (family === undefined || one.detail === family)).map((one) => [one.name, one]));
    return [...found.values()].map(({ name, detail }) => ({ label: name, kind: "object", detail: `table of ${detail}` }));
  }
}

/** Whether a variable with that value may stand for a value of the type. */
function mayBe(type: string, value: string): boolean {
  if (value.includes("$")) return true;
  switch (type) {
    case "ipv4_addr":
      return /\d\.\d/.test(value);
    case "ipv6_addr":
      return /:/.test(value);
    case "ifname":
    case "iface_index":
      return !/\d\.\d+\.\d|::/.test(value) && /[a-z]/i.test(value);
    case "inet_service":
      return !/\d\.\d+\.\d|::|"/.test(value);
    default:
      return !CLOSED.has(type) || [...CLOSED.get(type)!.keys()].some((name) => value.includes(name));
  }
}
