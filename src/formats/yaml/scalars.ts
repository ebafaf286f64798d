import type { Unknown } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { YamlNode } from "./nodes.ts";

type Scalar = string | number | boolean | null | Unknown;

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0[0-7_]+|(?:0|[1-9][\d_]*)|[1-9][\d_]*(?::[0-5]?\d)+)$/;
const FLOAT = /^[-+]?(?:(?:\d[\d_]*)\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|\.(?:inf|Inf|INF))$/;

/**
 * The value of a plain scalar as PyYAML's resolver gives it (yaml/resolver.py), which Ansible uses. It differs from YAML
 * 1.2 in `yes`, `0644` and `12:30`. An integer that a double cannot hold stays text; a date stays text.
 */
export function plainValue(text: string): Scalar {
  const first = text[0];
  if (first === undefined) return null;
  if (/[-+.\d]/.test(first)) {
    if (INTEGER.test(text)) return integer(text);
    if (FLOAT.test(text)) return float(text);
    return text;
  }
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  return text;
}

/** The value of a scalar with a tag, `!` or `tag:…` as the library expands it. */
export function taggedValue(tag: string, text: string): Scalar {
  switch (tag) {
    case "!vault":
    case "!vault-encrypted":
      return unknown("vaulted");
    case "tag:yaml.org,2002:int":
    case "tag:yaml.org,2002:float":
    case "tag:yaml.org,2002:bool":
    case "tag:yaml.org,2002:null":
      return plainValue(text);
    case "tag:yaml.org,2002:binary":
      return unknown("binary data");
    default:
      return text;
  }
}

function integer(text: string): Scalar {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  let value: number;
  if (digits.startsWith("0b")) value = Number(digits);
  else if (digits.startsWith("0x")) value = Number(digits);
  else if (digits.includes(":")) value = sexagesimal(digits);
  else value = digits.length > 1 && digits.startsWith("0") ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(value) ? (value === 0 ? 0 : sign * value) : text;
}

function float(text: string): Scalar {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  if (/inf$/i.test(digits)) return text;
  return sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits));
}

function sexagesimal(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** A key in the words of Ansible, whose keys are Python values. */
export function keyText(key: YamlNode, text: string): string {
  if (key.kind !== "scalar") return text;
  if (typeof key.value === "boolean") return key.value ? "True" : "False";
  return typeof key.value === "number" ? String(key.value) : text;
}
