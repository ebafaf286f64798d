import { isUnknown } from "../../engine/unknown.ts";
import type { SysctlSetting } from "../kernel/sysctl.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";

interface Item {
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
    ...scopeFields<Item>(({ setting }) => setting.scope),
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
    value: thing(sysctlEntryType, { path, setting }),
    path,
    range: setting.range,
    parts: { key: setting.keyRange, value: setting.value === undefined ? undefined : setting.valueRange },
  }));
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
