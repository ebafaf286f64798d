import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { optionFacts } from "../ceph/options.ts";
import type { CephSetting } from "../ceph/settings.ts";
import { parseValue } from "../ceph/value.ts";
import type { Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";

interface Item {
  readonly workspace: Workspace;
  readonly path: string;
  readonly setting: CephSetting;
  readonly scope: Maybe<Scope>;
}

/** A Ceph option as conditions see it. */
export const cephOptionType: ObjectType<Item> = {
  name: "CephOption",
  summary: "A Ceph option that is set, for daemons or for one pool.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    section: { type: "string", summary: "`global`, `osd`, `osd.3`, `client`, …; the pool's name for an option of a pool.", read: ({ setting }) => setting.section },
    name: { type: "string", summary: "The option in the daemons' form: `osd_pool_default_size`; of a pool `size`, `min_size`, `pg_num`, …", read: ({ setting }) => setting.option },
    value: { type: "string", summary: "The value as written.", read: ({ setting }) => setting.value },
    number: { type: "double", summary: "The value, where it is a plain number; absent for others. Its unit is the option's.", read: ({ setting }) => numberOf(setting.value) },
    amount: { type: "double", summary: "The value in the option's own unit (bytes, seconds, …), where its type is a number, a size or a time: `4Gi` of a size is 4294967296; absent for others.", read: ({ setting }) => amountOf(setting) },
    kind: { type: "string", summary: "Where it is set: `conf` (ceph.conf), `override` (ceph_conf_overrides), `variable`, `command` (ceph config set) or `pool`.", read: ({ setting }) => setting.kind },
    isErasureCoded: { type: "bool", summary: "Of a pool that is known to be erasure coded.", read: ({ setting }) => setting.erasure === true },
    isConditional: { type: "bool", summary: "A template or a `when` decides whether it is set.", read: ({ setting }) => setting.conditional },
    ...scopeFields<Item>(({ scope }) => scope, ({ workspace }) => workspace),
    ...machinesField<Item>(({ scope }) => scope, ({ workspace }) => workspace),
  },
};

/** Ceph's options. */
export const cephOption: Element = {
  name: "ceph-option",
  variable: "option",
  type: cephOptionType as ObjectType<never>,
  source: "ceph.conf, ceph_conf_overrides and other variables, commands in tasks and scripts, Rook's resources",
  subject: "ceph",
  parts: { name: "The option's name.", value: "The value." },
  examplePath: "ceph.conf",
  find: cephOptionsIn,
};

/** The Ceph options that one file sets. */
export function cephOptionsIn(workspace: Workspace, path: string): readonly Found[] {
  const subject = workspace.subject("ceph", path);
  return (subject?.settings ?? []).map((setting) => ({
    value: thing(cephOptionType, { workspace, path, setting, scope: subject!.scope }),
    path,
    range: setting.range,
    parts: { name: setting.optionRange, value: setting.valueRange },
  }));
}

function amountOf({ option, value, kind }: CephSetting): unknown {
  if (isUnknown(value)) return value;
  const facts = kind === "pool" ? undefined : optionFacts(option);
  if (facts?.type === undefined) return undefined;
  const parsed = parseValue(facts, value.trim(), undefined);
  return "refused" in parsed || !/^[-+.\deE]+$/.test(String(parsed.value)) ? undefined : Number(parsed.value);
}

function numberOf(value: Maybe<string>): unknown {
  if (isUnknown(value)) return value;
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$/.test(value) ? Number(value) : undefined;
}
