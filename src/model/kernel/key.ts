/**
 * A sysctl key in one form, as the loaders map it to a path below /proc/sys: the first `/` or `.` is the separator, and
 * where that is a dot, every later slash stands for a dot within a part (an interface `eth0.100`). Given in the dotted
 * form, `net.ipv4.conf.eth0/100.rp_filter`.
 */
export function normaliseKey(raw: string): string {
  const key = raw.trim().replace(/^\/?proc\/sys\//, "");
  const separator = /[./]/.exec(key)?.[0];
  const dotted = separator === "/" ? key.replace(/[./]/g, (character) => (character === "/" ? "." : "/")) : key;
  return dotted.replace(/^\.+|\.+$/g, "").replace(/\.{2,}/g, ".");
}

/** True where the key is a glob(7) pattern. */
export function isGlob(key: string): boolean {
  return /[*?[]/.test(key);
}

/** Whether glob `pattern` selects `key`, both normalised. `*` and `?` do not match a separator. */
export function globMatches(pattern: string, key: string): boolean {
  return globPattern(pattern).test(key);
}

/** A glob of a normalised key as an expression. With `across`, `*` and `?` match separators too, as fnmatch(3) without flags. */
export function globPattern(glob: string, across = false): RegExp {
  // Each star multiplies the ways in which a key can match; no path of the kernel has more parts.
  if (glob.split("*").length > 12) return NOTHING;
  const one = across ? "." : "[^.]";
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i]!;
    const close = character === "[" ? glob.indexOf("]", i + 2) : -1;
    if (close !== -1) {
      source += `[${glob.slice(i + 1, close).replace(/^!/, "^").replace(/[\\[\]]/g, "\\$&")}]`;
      i = close;
    } else if (character === "*") source += source.endsWith(`${one}*`) ? "" : `${one}*`;
    else if (character === "?") source += one;
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return NOTHING;
  }
}

/** A bracket expression that is none, `[z-a]`, selects no key. */
const NOTHING = /(?!)/;
