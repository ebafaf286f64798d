/** Texts of a repository by path. */
export type Files = Map<string, string>;

const HOSTS = ["web[1:3]", "web1", "web2", "db[01:04:2]", "db-[a:c].example.net", "10.0.0.[1:2]", "gw1:2222", "[2001:db8::1]:22", "2001:db8::2", "node[1:2]-[a:b]", "solo", "alpha.example.net"];
const GROUPS = ["web", "db", "site", "north", "edge", "zone_a", "zone_b", "top"];
const NAMES = ["a", "b", "c", "mtu", "ports", "nested", "role_x"];
const INI_VALUES = ["1", "0644", "'quoted text'", "\"two words\"", "True", "no", "[1, 2]", "{'k': 1}", "1.5", "plain", "\"{'k': [1]}\"", "a=b", "1,2", "''"];
const YAML_VALUES = ["1", "0644", "'1'", "yes", "no", "~", "1.5", "1e3", "12:30", "[1, two, {x: y}]", "{k: 1, l: [2]}", "!unsafe '{{ x }}'", "!vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    3132", "\"a\\tb\"", "|\n    text\n    more", ">-\n    folded\n    text", "0x1F", "1_000", "2024-01-01", "'{{ a }}-{{ b }}'", "&anchor {k: 3}", "# nothing", ".5", "+7", "'it''s'", "plain: not"];

/** A small generator of numbers, so that a seed gives the same repository everywhere. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 4294967296) * limit);
  }

  one<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  some<T>(from: readonly T[], most: number): T[] {
    return from.length === 0 ? [] : [...new Set(Array.from({ length: this.below(most + 1) }, () => this.one(from)))];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** A repository with an `ansible.cfg` that names its inventory, which may be files and folders in any form. */
export function generated(seed: number): Files {
  const dice = new Dice(seed);
  const files: Files = new Map([["site.yml", "- hosts: all\n  tasks: []\n"]]);
  const sources: string[] = [];
  const folders = new Set([""]);
  for (let index = 0; index <= dice.below(3); index++) {
    if (dice.chance(50)) {
      const folder = `inventory${index}`;
      sources.push(folder);
      folders.add(folder);
      for (const name of ["00-first", "10.yml", "groups.yaml", "hosts", "hosts.ini", "more/inner", "notes.txt", ".hidden", "z~"].filter(() => dice.chance(45))) {
        files.set(`${folder}/${name}`, inventoryText(dice, name));
      }
      files.set(`${folder}/zz-last`, inventoryText(dice, "zz-last"));
    } else {
      const path = dice.one([`hosts${index}`, `hosts${index}.yml`, `list${index}.ini`, `estate/hosts${index}`]);
      sources.push(path);
      folders.add(path.startsWith("estate/") ? "estate" : "");
      files.set(path, inventoryText(dice, path));
    }
  }
  files.set("ansible.cfg", configuration(dice, sources));
  for (const folder of folders) for (const path of variablePaths(dice)) files.set(folder === "" ? path : `${folder}/${path}`, path.endsWith(".json") ? '{"a": "from json", "nested": {"k": 5}}' : variablesText(dice));
  return files;
}

function configuration(dice: Dice, sources: readonly string[]): string {
  const lines = ["[defaults]", `inventory = ${sources.join(dice.one([",", ", "]))}`];
  if (dice.chance(20)) lines.push("hash_behaviour = merge");
  if (dice.chance(10)) lines.push("precedence = all_inventory, all_plugins_inventory, all_plugins_play, groups_plugins_inventory, groups_plugins_play, groups_inventory");
  if (dice.chance(10)) lines.push("inventory_ignore_extensions = .yaml, ~");
  if (dice.chance(10)) lines.push("inventory_ignore_patterns = ^10, ^more$");
  return `${lines.join("\n")}\n; end\n`;
}

function inventoryText(dice: Dice, name: string): string {
  return /\.ya?ml$/.test(name) || (!/\.\w+$/.test(name) && dice.chance(30)) ? yamlInventory(dice) : iniInventory(dice);
}

function iniInventory(dice: Dice): string {
  const lines = dice.chance(50) ? ["# hosts without a group", ...dice.some(HOSTS, 2)] : [];
  // A declaration may stand before or behind the section that uses the group; every child is declared somewhere.
  const sections = [...GROUPS.map((group) => `[${group}]`), ...dice.some(GROUPS, 4).map((group) => `[${group}:children]`), ...dice.some([...GROUPS, "all"], 3).map((group) => `[${group}:vars]`)];
  sections.sort(() => dice.below(3) - 1);
  for (const section of sections) {
    lines.push(dice.chance(20) ? `${section}   # a section` : section);
    if (section.endsWith(":children]")) {
      const parent = GROUPS.findIndex((group) => section === `[${group}:children]`);
      // Only towards the end of the list, so that no circle closes.
      lines.push(...dice.some(GROUPS.slice(parent + 1), 3));
    } else if (section.endsWith(":vars]")) {
      lines.push(...dice.some(NAMES, 3).map((name) => `${name}${dice.one(["=", " = "])}${dice.one(INI_VALUES)}`));
      if (dice.chance(25)) lines.push(`ansible_group_priority=${dice.below(20)}`);
    } else {
      for (const host of dice.some(HOSTS, 2)) lines.push([host, ...dice.some(NAMES, 2).map((name) => `${name}=${hostValue(dice)}`)].join(dice.one([" ", "  ", "\t"])) + (dice.chance(15) ? " # note" : ""));
    }
    if (dice.chance(20)) lines.push("", "; between");
  }
  return `${lines.join(dice.chance(10) ? "\r\n" : "\n")}\n`;
}

function hostValue(dice: Dice): string {
  const value = dice.one(INI_VALUES);
  return /[\s{[]/.test(value) && !/^['"]/.test(value) ? `'${value.replaceAll("'", '"')}'` : value;
}

function yamlInventory(dice: Dice): string {
  const lines: string[] = dice.chance(50) ? ["---"] : [];
  for (const group of dice.some(["all", ...GROUPS], 4)) yamlGroup(dice, group, 0, lines);
  if (!lines.some((line) => line.endsWith(":"))) lines.push("ungrouped:", "  hosts:", "    late1:");
  return `${lines.join("\n")}\n`;
}

function yamlGroup(dice: Dice, group: string, depth: number, lines: string[]): void {
  const pad = "    ".repeat(depth);
  lines.push(`${pad}${group}:`);
  if (dice.chance(60)) {
    const hosts = dice.some(HOSTS, 3);
    if (hosts.length > 0) lines.push(`${pad}  hosts:`);
    for (const host of hosts) {
      lines.push(`${pad}    "${host}":`);
      for (const name of dice.some(NAMES, 2)) lines.push(`${pad}      ${name}: ${yamlValue(dice, `${pad}      `)}`);
    }
  }
  const parent = GROUPS.indexOf(group);
  if (depth < 3 && dice.chance(60)) {
    const children = dice.some(GROUPS.slice(parent + 1), 2);
    if (children.length > 0) lines.push(`${pad}  children:`);
    for (const child of children) yamlGroup(dice, child, depth + 1, lines);
  }
  if (dice.chance(40)) {
    lines.push(`${pad}  vars:`, ...dice.some(NAMES, 3).map((name) => `${pad}    ${name}: ${yamlValue(dice, `${pad}    `)}`));
    lines.push(`${pad}    ansible_group_priority: ${dice.below(12)}`);
  }
}

function yamlValue(dice: Dice, pad: string): string {
  const value = dice.one(YAML_VALUES.filter((one) => !/^plain: not|^&/.test(one)));
  return value.replaceAll("\n", `\n${pad}`);
}

function variablePaths(dice: Dice): string[] {
  const paths: string[] = [];
  const forms = (name: string): string[] => [name, `${name}.yml`, `${name}.yaml`, `${name}.json`, `${name}/main.yml`, `${name}/10-first`, `${name}/sub/deep.yml`, `${name}/sub.d/skipped.yml`, `${name}/.hidden.yml`, `${name}/old.yml~`, `${name}/vars.json`, `${name}/note.txt`];
  for (const [kind, names] of [["group_vars", ["all", "ungrouped", ...GROUPS]], ["host_vars", ["web1", "web2", "db03", "solo", "alpha.example.net", "10.0.0.1", "gw1"]]] as const) {
    for (const name of dice.some(names, 4)) {
      const chosen = dice.some(forms(name), 3);
      // A path cannot be a file and a folder.
      const file = chosen.includes(name);
      paths.push(...chosen.filter((path) => !file || !path.startsWith(`${name}/`)).map((path) => `${kind}/${path}`));
    }
  }
  return paths;
}

function variablesText(dice: Dice): string {
  if (dice.chance(5)) return "# nothing yet\n";
  const lines = dice.some(NAMES, 5).map((name) => `${name}: ${dice.one(YAML_VALUES.filter((value) => value !== "plain: not")).replaceAll("\n", "\n")}`);
  if (lines.length === 0) lines.push("a: 1");
  if (dice.chance(20)) lines.push("base: &base", "  k: 1", "  l: 2", "nested:", "  <<: *base", "  k: 9");
  return `${dice.chance(40) ? "---\n" : ""}${lines.join("\n")}\n`;
}
