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
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    const close = character === "[" ? pattern.indexOf("]", i + 2) : -1;
    if (close !== -1) {
      source += `[${pattern.slice(i + 1, close).replace(/^!/, "^").replace(/[\\[\]]/g, "\\$&")}]`;
      i = close;
    } else if (character === "*") source += "[^.]*";
    else if (character === "?") source += "[^.]";
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  try {
    return new RegExp(`^${source}$`).test(key);
  } catch {
    return false;
  }
}
