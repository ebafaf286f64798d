import type { Range } from "../../engine/location.ts";
import type { ShellWord } from "../../formats/shell/index.ts";
import { programOf } from "../../formats/shell/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";

/** An echo request that a command sends to find out whether a host can be reached. */
export interface Ping {
  /** Without its folder: `ping`, `ping6`, `fping`, `check_ping`, … */
  readonly program: string;
  /** The destination as written; what a variable or template hides is HOLEs. */
  readonly target: ShellWord | undefined;
  /** `-I`: an interface's name or an address. */
  readonly device: ShellWord | undefined;
  /** `-s`, `-b`: bytes of payload. */
  readonly size: { readonly value: number | undefined; readonly word: ShellWord } | undefined;
  /** Routers may not fragment it: `-M do`, `-D` of the BSDs, `-M` of fping. */
  readonly whole: boolean;
  readonly family: 4 | 6 | undefined;
  /** From the program to the last word. */
  readonly range: Range;
  /** Where the program's name ends. */
  readonly nameEnd: number;
}

/** Options that take the next word, or the rest of their own: iputils' ping(8), fping(8), the Monitoring Plugins. */
const WITH_VALUE: Readonly<Record<string, string>> = {
  ping: "cCdDehHiIlmMNpQsStTVwW", fping: "bBcCeFgHiIkKlmMnNoOpPQrRStTxXz", plugin: "HwcpntsiIbmlSP",
};
const PROGRAM = /^(ping|ping4|ping6|fping|fping6|check_ping|check_icmp|check_fping|oping|hping3?|nping)$/;

/** The ping that the words of one command run; undefined where they run something else. Behind sudo, timeout and the like too. */
export function pingOf(words: readonly ShellWord[]): Ping | undefined {
  const at = commandStart(words);
  const first = words[at];
  if (first === undefined) return undefined;
  const program = first.text.slice(first.text.lastIndexOf("/") + 1);
  if (!PROGRAM.test(program) || /^(oping|hping3?|nping)$/.test(program)) return undefined;
  const kind = program.startsWith("ping") ? "ping" : program.startsWith("fping") ? "fping" : "plugin";
  const rest = words.slice(at + 1);
  const found: { target?: ShellWord; device?: ShellWord; size?: Ping["size"]; whole: boolean; family: 4 | 6 | undefined } = {
    whole: false,
    family: program.endsWith("6") ? 6 : undefined,
  };
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index]!;
    if (!word.text.startsWith("-") || word.text === "-") {
      found.target = word;
      continue;
    }
    const option = word.text.replace(/^--(size|packet-size)(=|$)/, kind === "fping" ? "-b" : "-s").replace(/^--hostname=?/, "-H").replace(/^--dontfrag$/, "-M");
    if (option.startsWith("--")) continue;
    const letters = option.slice(1);
    for (let place = 0; place < letters.length; place++) {
      const letter = letters[place]!;
      if (letter === "6") found.family = 6;
      else if (letter === "4") found.family = 4;
      else if (letter === "D" && kind === "ping") {
        // Of iputils it prints the time, of the BSDs it forbids fragments; only with a size can the second be meant.
        found.whole ||= found.size !== undefined;
      } else if (letter === "M" && kind === "fping") found.whole = true;
      else if (takesValue(kind, letter)) {
        const own = letters.slice(place + 1);
        const value = own !== "" ? { ...word, text: own, range: { start: word.range.end - own.length, end: word.range.end } } : rest[++index];
        if (value !== undefined) take(found, kind, letter, value);
        break;
      }
    }
  }
  const last = words.at(-1)!;
  return { program, target: found.target, device: found.device, size: found.size, whole: found.whole, family: found.family, range: { start: first.range.start, end: last.range.end }, nameEnd: first.range.end };
}

function takesValue(kind: string, letter: string): boolean {
  if (kind === "ping" && (letter === "D" || letter === "d" || letter === "V" || letter === "H" || letter === "h")) return false;
  if (kind === "fping" && /[AacCdeghlmnNoqRsuvD]/.test(letter)) return /[cCgH]/.test(letter);
  return WITH_VALUE[kind]!.includes(letter);
}

function take(found: { target?: ShellWord; device?: ShellWord; size?: Ping["size"]; whole: boolean }, kind: string, letter: string, value: ShellWord): void {
  const number = /^\d{1,5}$/.test(value.text) ? Number(value.text) : undefined;
  if (kind === "ping" && letter === "I") found.device = value;
  else if (kind === "ping" && letter === "M") found.whole = value.text === "do" || value.text === "probe" || value.text.includes(HOLE);
  else if ((kind === "ping" && letter === "s") || (kind !== "ping" && letter === "b")) found.size = { value: number, word: value };
  else if (kind === "plugin" && letter === "H") found.target = value;
}

/** Where the program stands behind sudo, timeout, `if`, `!` and network namespaces. */
function commandStart(words: readonly ShellWord[]): number {
  const wrapped = programOf(words)?.index ?? 0;
  const name = words[wrapped]?.text.replace(/^.*\//, "");
  if (name !== "timeout" && name !== "ip" && name !== "nsenter" && name !== "!" && name !== "watch" && name !== "stdbuf" && name !== "ionice") return wrapped;
  const at = words.findIndex((word, index) => index > wrapped && PROGRAM.test(word.text.replace(/^.*\//, "")));
  return at === -1 ? wrapped : at;
}
