import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { beside } from "../kernel/beside.ts";
import { allSysctls, effectiveSysctl } from "../kernel/effective.ts";
import { normaliseKey } from "../kernel/key.ts";
import type { SysctlSetting } from "../kernel/sysctl.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { Lookup, scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";

interface Item {
  readonly workspace: Workspace;
  readonly path: string;
  readonly setting: SysctlSetting;
}

/** A kernel parameter as conditions see it. */
export const sysctlEntryType: ObjectType<Item> = {
  name: "SysctlEntry",
  summary: "A kernel parameter that a file, a task or a command sets.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    key: { type: "string", summary: "The key in dotted form: `net.ipv4.ip_forward`.", read: ({ setting }) => setting.key },
    value: { type: "string", summary: "The value as written, without blanks around it; absent for `-key`, which excludes the key from globs.", read: ({ setting }) => setting.value },
    number: { type: "int", summary: "The value, where it is one whole number; absent for others. Its unit is the key's.", read: ({ setting }) => wholeNumbers(setting.value, true) },
    numbers: { type: "list<int>", summary: "The value's whole numbers, where it holds nothing else (`32768 60999`); absent for others.", read: ({ setting }) => wholeNumbers(setting.value, false) },
    isPersistent: { type: "bool", summary: "It is written to a file that is read at boot; false for `sysctl -w`.", read: ({ setting }) => setting.persistent },
    ignoresErrors: { type: "bool", summary: "A failure to set it is ignored.", read: ({ setting }) => setting.ignoreErrors },
    isConditional: { type: "bool", summary: "A template or a `when` decides whether it is set.", read: ({ setting }) => setting.conditional },
    destination: { type: "string", summary: "The file on the host that holds it.", read: ({ setting }) => setting.destination },
    source: { type: "string", summary: "What sets it: `file`, `task`, `variable`, `command` or `container`.", read: ({ setting }) => setting.source },
    beside: { type: "map<string, string>", summary: "What the same hosts end up with for other keys, by key; where their hosts are not known, what the same file leaves behind. Ask \"KEY\" in sysctl.beside first. Unknown where hosts differ or another file may set it.", read: besideOf },
    ...scopeFields<Item>(({ setting }) => setting.scope, ({ workspace }) => workspace),
    ...machinesField<Item>(({ setting }) => setting.scope, ({ workspace }) => workspace),
  },
};

/** Kernel parameters. */
export const sysctlEntry: Element = {
  name: "sysctl-entry",
  variable: "sysctl",
  type: sysctlEntryType as ObjectType<never>,
  source: "sysctl.conf, sysctl.d, tasks, variables, tuned's profiles, NixOS modules, commands of scripts and units",
  subject: "sysctl",
  parts: { key: "The key.", value: "The value." },
  examplePath: "etc/sysctl.d/60-example.conf",
  find: sysctlsIn,
};

/** The kernel parameters that one file sets. */
export function sysctlsIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("sysctl", path)?.settings ?? []).map((setting) => ({
    value: thing(sysctlEntryType, { workspace, path, setting }),
    path,
    range: setting.range,
    parts: { key: setting.keyRange, value: setting.value === undefined ? undefined : setting.valueRange },
  }));
}

function besideOf({ workspace, path, setting }: Item): Lookup {
  const { scope } = setting;
  const hosts = isUnknown(scope) ? [] : scope.hosts;
  return new Lookup(
    (key) => {
      const wanted = normaliseKey(key);
      const first = beside(workspace, path, setting, wanted);
      if (first === undefined || isUnknown(first)) return allAlike(workspace, hosts, wanted, undefined) ?? first;
      return allAlike(workspace, hosts, wanted, first.value) ?? first.value;
    },
    () => [...new Set(allSysctls(workspace).map((one) => one.setting.key))],
  );
}

/** Unknown where not all of some hosts have a value for a key, or all of them none. */
function allAlike(workspace: Workspace, hosts: readonly Host[], key: string, value: string | undefined): Unknown | undefined {
  for (const host of hosts.slice(1)) {
    const own = effectiveSysctl(workspace, host, key);
    if (own !== undefined && isUnknown(own)) return own;
    if (own?.value !== value) return unknown(`hosts that ${key} reaches have different values for it`);
  }
  return undefined;
}

function wholeNumbers(value: SysctlSetting["value"], one: boolean): unknown {
  if (value === undefined || isUnknown(value)) return value;
  const words = value.trim().split(/\s+/);
  // The kernel reads with base 0 (kernel/sysctl.c, strtoul_lenient): 0x is hexadecimal, a leading 0 octal.
  if (words.length > 64 || !words.every((word) => /^-?(?:0x[\da-f]{1,16}|\d{1,20})$/i.test(word))) return undefined;
  if (one && words.length !== 1) return undefined;
  const numbers = words.map((word) => {
    const digits = word.replace(/^-/, "");
    if (/^0\d/.test(digits) && !/^[0-7]+$/.test(digits)) return undefined;
    const number = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
    return word.startsWith("-") ? -number : number;
  });
  if (numbers.includes(undefined)) return undefined;
  return one ? numbers[0] : numbers;
}
