import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { IpsecConfTree } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Connection, DeadPeerDetection, Given, Implementation, Renewal } from "./connection.ts";
import { PROBE_DELAY } from "./connection.ts";
import { seconds } from "./duration.ts";
import { implementationOf } from "./implementation.ts";
import type { Inheritance } from "./ipsec-conf-layers.ts";
import { inheritance, sectionsBeside, settingUnder } from "./ipsec-conf-layers.ts";
import { probingInIpsecConf } from "./probing.ts";
import { fromTemplate } from "./templated.ts";
import { libreswanMajor } from "./release.ts";
import { retransmissionAt } from "./retransmission.ts";
import { marginWindow } from "./timing.ts";

/** What the two implementations take where nothing is written, in seconds: their ipsec.conf(5). */
const DEFAULTS = {
  strongswan: { child: 3600, ike: 10800, margin: 540, fuzz: 1, tries: 3 },
  libreswan: { child: 28800, ike: 28800, margin: 540, fuzz: 1, tries: 0 },
} as const;

/** Seconds until Libreswan gives up a request: its ipsec.conf(5), retransmit-timeout. */
const LIBRESWAN_RETRANSMIT = 60;

/** The connections that an ipsec.conf defines, with what they inherit by `also=` and `%default`. */
export function readIpsecConfFile(workspace: Workspace, path: string): Connection[] {
  const document = workspace.document(path);
  if (document === undefined) return [];
  const tree = document.tree as IpsecConfTree;
  const beside = sectionsBeside(workspace, path);
  const implementation = implementationOf(workspace, beside, path);
  const targets = new Set(
    beside.flatMap(({ section }) => section.settings.filter(({ key }) => key.text.toLowerCase() === "also").map(({ value }) => value?.text)),
  );
  return tree.sections.flatMap((section) => {
    const name = section.name;
    if (section.type.text !== "conn" || name === undefined || name.text === "%default") return [];
    const reader = new Reader(workspace, path, inheritance(beside, { path, section }), implementation);
    const startup = reader.startup();
    // A section that only others name is a part of them, and so is one with no peer.
    if (startup === "none" && targets.has(name.text)) return [];
    if (!reader.sets("right", "left", "also") || reader.isShunt()) return [];
    const deadPeer = reader.deadPeer();
    const connection: Connection = {
      syntax: "ipsec.conf",
      implementation,
      name: document.text.slice(name.range.start, name.range.end),
      location: { path, range: name.range },
      ike: reader.ike(),
      startup,
      anyPeer: reader.anyPeer(),
      deadPeer,
      ikeRenewal: reader.renewal(["ikelifetime"], "ike"),
      childRenewal: reader.renewal(["lifetime", "keylife", "salifetime", "ipsec-lifetime", "ipseclifetime"], "child"),
      ...(implementation === "strongswan" && { attempt: retransmissionAt(workspace, path), tries: reader.tries() }),
      probing: probingInIpsecConf(path, document.text, section, reader.mend(deadPeer, startup)),
    };
    return [connection];
  });
}

class Reader {
  readonly #workspace: Workspace;
  readonly #path: string;
  readonly #inherited: Inheritance;
  readonly #implementation: Maybe<Implementation>;

  constructor(workspace: Workspace, path: string, inherited: Inheritance, implementation: Maybe<Implementation>) {
    this.#workspace = workspace;
    this.#path = path;
    this.#inherited = inherited;
    this.#implementation = implementation;
  }

  sets(...names: string[]): boolean {
    return settingUnder(this.#inherited, names) !== undefined;
  }

  isShunt(): boolean {
    return /^(passthrough|pass|drop|reject|bypass)$/.test(this.#word("type") ?? "") || this.#word("authby") === "never" || this.#word("keyexchange") === "never";
  }

  anyPeer(): boolean {
    return ["right", "left"].some((side) => /^%(any|opportunistic|group|opportunisticgroup)\d?$/.test(this.#word(side) ?? ""));
  }

  startup(): Connection["startup"] {
    const auto = this.#given(["auto"], "ignore", (text) => text.toLowerCase());
    if (isUnknown(auto.value)) return auto.value;
    if (/^(start|up|keep)$/.test(auto.value)) return "start";
    if (/^(route|ondemand)$/.test(auto.value)) return "trap";
    return auto.value === "add" ? "add" : "none";
  }

  ike(): Connection["ike"] {
    const exchange = this.#given(["keyexchange"], "ike", (text) => text.toLowerCase());
    if (isUnknown(exchange.value)) return exchange.value;
    if (exchange.value === "ikev1") return 1;
    if (exchange.value === "ikev2") return 2;
    const ikev2 = this.#word("ikev2");
    if (ikev2 !== undefined) return /^(yes|insist|propose|permit)$/.test(ikev2) ? 2 : 1;
    return "both";
  }

  deadPeer(): DeadPeerDetection {
    const delay = this.#given(["dpddelay"], this.#implementation === "strongswan" ? 30 : 0, seconds);
    const timeout = this.#given(["dpdtimeout"], this.#implementation === "strongswan" ? 150 : 0, seconds);
    const action = this.#given(["dpdaction"], "none", (text) => text.toLowerCase());
    const inert: { name: string; location: Location; reason: string }[] = [];
    const enabled = this.#enabled(delay, timeout, action);
    if (enabled === false && action.location && action.value !== "none") {
      inert.push({ name: "dpdaction", location: action.location, reason: "Libreswan probes a peer only with dpddelay, and over IKEv1 with dpdtimeout too" });
    }
    if (enabled === false && delay.location && delay.value !== 0) {
      const reason = this.#implementation === "strongswan" ? "strongSwan probes a peer only with dpdaction clear, hold or restart" : "over IKEv1 Libreswan needs dpdtimeout beside dpddelay";
      inert.push({ name: "dpddelay", location: delay.location, reason });
    }
    if (enabled === true && timeout.location && this.ike() === 2) {
      inert.push({ name: "dpdtimeout", location: timeout.location, reason: "IKEv2 gives up a peer when its retransmissions end" });
    }
    if (enabled === true && this.#implementation === "libreswan" && (libreswanMajor(this.#workspace) ?? 0) >= 5) {
      // NEWS of 5.0: what is closed or dies is revived in any case.
      const always = "Libreswan ignores it since 5.0, which this repository installs, and sets up in any case what died";
      if (action.location) inert.push({ name: "dpdaction", location: action.location, reason: always });
      const tries = this.#given(["keyingtries"], "", (text) => text);
      if (tries.location) inert.push({ name: "keyingtries", location: tries.location, reason: always });
    }
    const verdict = isUnknown(this.#implementation)
      ? this.#implementation
      : this.ike() === 1 && typeof timeout.value === "number" && timeout.value > 0 && typeof delay.value === "number"
        ? Math.max(0, timeout.value - delay.value)
        : this.#implementation === "strongswan"
          ? retransmissionAt(this.#workspace, this.#path)
          : this.#given(["retransmit-timeout"], LIBRESWAN_RETRANSMIT, seconds).value;
    return { enabled, delay, timeout, action, verdict, inert };
  }

  #enabled(delay: Given<number>, timeout: Given<number>, action: Given<string>): Maybe<boolean> {
    const strongswan = isUnknown(action.value) ? action.value : action.value !== "none" && action.value !== "no" && (delay.location === undefined || delay.value !== 0);
    let libreswan: Maybe<boolean> = isUnknown(delay.value) ? delay.value : delay.value > 0;
    if (libreswan === true && this.ike() === 1) libreswan = isUnknown(timeout.value) ? timeout.value : timeout.value > 0;
    if (this.#implementation === "strongswan") return strongswan;
    if (this.#implementation === "libreswan") return libreswan;
    return strongswan === libreswan ? strongswan : unknown("whether strongSwan or Libreswan reads this file is not told");
  }

  renewal(names: readonly string[], kind: "ike" | "child"): Maybe<Renewal> {
    if (isUnknown(this.#implementation)) return this.#implementation;
    const defaults = DEFAULTS[this.#implementation as "strongswan"];
    const life = this.#given(names, defaults[kind], seconds);
    const margin = this.#given(["margintime", "rekeymargin"], defaults.margin, seconds);
    const fuzz = this.#given(["rekeyfuzz"], defaults.fuzz, (text) => (/^\d+%$/.test(text) ? Number(text.slice(0, -1)) / 100 : undefined));
    for (const { value } of [life, margin, fuzz]) if (isUnknown(value)) return value;
    const rigid = fuzz.value === 0 ? fuzz.location : margin.value === 0 ? margin.location : undefined;
    const written = { ...(life.location && { location: life.location }), ...(rigid && { rigid }) };
    if (this.#word("rekey") === "no") return { expiry: life.value as number, ...written };
    return { window: marginWindow(life.value as number, margin.value as number, fuzz.value as number), expiry: life.value as number, ...written };
  }

  tries(): Given<number> {
    return this.#given(["keyingtries"], DEFAULTS.strongswan.tries, (text) => (text === "%forever" ? 0 : /^\d+$/.test(text) ? Number(text) : undefined));
  }

  /** The settings that switch probing on. */
  mend({ action, delay, timeout }: DeadPeerDetection, startup: Connection["startup"]): [string, string][] {
    const pairs: [string, string][] = [];
    const needed = action?.value === "none" || action?.value === "no" || isUnknown(action?.value);
    if (this.#implementation !== "libreswan" && needed) pairs.push(["dpdaction", startup === "start" ? "restart" : startup === "trap" ? "hold" : "clear"]);
    if (delay.location === undefined || delay.value === 0) pairs.push(["dpddelay", this.#implementation === "libreswan" ? String(PROBE_DELAY) : `${PROBE_DELAY}s`]);
    if (this.#implementation === "libreswan" && this.ike() === 1 && !(typeof timeout?.value === "number" && timeout.value > 0)) pairs.push(["dpdtimeout", String(4 * PROBE_DELAY)]);
    return pairs;
  }

  #word(name: string): string | undefined {
    return settingUnder(this.#inherited, [name])?.setting.value?.text.toLowerCase();
  }

  #given<T>(names: readonly string[], fallback: T, read: (text: string) => T | undefined): Given<T> {
    const found = settingUnder(this.#inherited, names);
    if (found === undefined) {
      return { value: this.#inherited.complete ? fallback : unknown(`${names[0]!} may be set where an include or a template hides it`) };
    }
    const { path, setting } = found;
    const location = { path, range: setting.range };
    const text = setting.value!.hidden ? fromTemplate(this.#workspace, path, setting.value!.range) : setting.value!.text;
    const value = text === undefined ? undefined : read(text);
    if (value === undefined || setting.conditional) return { value: unknown(`${names[0]!} is decided by a template`), location };
    return { value, location };
  }
}
