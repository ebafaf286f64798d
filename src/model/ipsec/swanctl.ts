import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Section, SwanctlTree } from "../../formats/swanctl/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Connection, DeadPeerDetection, Given, Renewal } from "./connection.ts";
import { seconds } from "./duration.ts";
import { fromTemplate } from "./templated.ts";
import { probingInSwanctl } from "./probing.ts";
import type { Layered, SwanctlConfiguration } from "./swanctl-layers.ts";
import { configurationOf, layered, sectionAt, settingOf, subsections } from "./swanctl-layers.ts";
import { retransmissionAt } from "./retransmission.ts";
import { soonest } from "./timing.ts";

/** The sections that swanctl.conf(5) knows at the top. */
const TOP = new Set(["connections", "secrets", "pools", "authorities"]);

/** The connections that a swanctl file defines, with what they inherit from it and from the files beside it. */
export function readSwanctlFile(workspace: Workspace, path: string): Connection[] {
  const document = workspace.document(path);
  if (document === undefined) return [];
  const tree = document.tree as SwanctlTree;
  const configuration = configurationOf(workspace, path);
  const sections = definitions(tree);
  const seen = new Set<string>();
  return sections.flatMap(({ section, inConnections }) => {
    // Written twice, it is one connection.
    if (inConnections && !section.name.hidden && seen.has(section.name.text)) return [];
    seen.add(section.name.text);
    const own = inConnections && !section.name.hidden ? sectionAt(configuration, ["connections", section.name.text]) : [{ path, section }];
    const view = layered(configuration, own.length > 0 ? own : [{ path, section }]);
    const connection = new Reader(workspace, path, document.text, configuration).connection(section, view);
    return connection === undefined ? [] : [connection];
  });
}

/** A file of `conf.d` may hold the connections alone, included into their section from elsewhere. */
function definitions(tree: SwanctlTree): { section: Section; inConnections: boolean }[] {
  const top = tree.entries.filter((entry) => entry.kind === "section");
  if (top.some((section) => TOP.has(section.name.text))) {
    return top
      .filter((section) => section.name.text === "connections")
      .flatMap((section) => section.entries.filter((entry) => entry.kind === "section").map((inner) => ({ section: inner, inConnections: true })));
  }
  return top
    .filter((section) => section.entries.some((entry) => entry.kind === "section" && entry.name.text === "children"))
    .map((section) => ({ section, inConnections: false }));
}

class Reader {
  readonly #workspace: Workspace;
  readonly #path: string;
  readonly #text: string;
  readonly #configuration: SwanctlConfiguration;

  constructor(workspace: Workspace, path: string, text: string, configuration: SwanctlConfiguration) {
    this.#workspace = workspace;
    this.#path = path;
    this.#text = text;
    this.#configuration = configuration;
  }

  /** Undefined for a section that only others inherit from: it has neither a peer nor children of its own. */
  connection(section: Section, view: Layered): Connection | undefined {
    const remote = this.#given(view, "remote_addrs", "%any", (text) => text);
    const authentication = subsections(this.#configuration, view, (name) => /^(local|remote)/.test(name));
    const children = this.#children(view);
    if (remote.location === undefined && authentication.size === 0 && children.length === 0) return undefined;
    // Shunts that bypass or drop have nobody to talk to.
    if (children.length > 0 && children.every((child) => /^(pass|drop)$/.test(settingOf(child, "mode")?.setting.value?.text ?? ""))) return undefined;
    const version = this.#given(view, "version", 0, (text) => (/^[012]$/.test(text) ? Number(text) : undefined));
    const ike: Connection["ike"] = isUnknown(version.value) ? version.value : version.value === 0 ? "both" : (version.value as 1 | 2);
    const deadPeer = this.#deadPeer(view, children, ike);
    return {
      syntax: "swanctl.conf",
      implementation: "strongswan",
      name: section.name.hidden ? this.#text.slice(section.name.range.start, section.name.range.end) : section.name.text,
      location: { path: this.#path, range: section.name.range },
      ike,
      startup: startup(children),
      anyPeer: !isUnknown(remote.value) && /(^|[\s,])%any|^$/.test(remote.value),
      deadPeer,
      ikeRenewal: this.#ikeRenewal(view),
      childRenewal: children.length === 0 ? { expiry: Infinity } : soonest(children.map((child) => this.#childRenewal(child))),
      attempt: retransmissionAt(this.#workspace, this.#path),
      tries: this.#given(view, "keyingtries", 1, (text) => (/^\d+$/.test(text) ? Number(text) : undefined)),
      probing: probingInSwanctl(this.#path, this.#text, section, deadPeer),
    };
  }

  #children(view: Layered): Layered[] {
    const group = subsections(this.#configuration, view, (name) => name === "children").get("children");
    return group === undefined ? [] : [...subsections(this.#configuration, group).values()];
  }

  #deadPeer(view: Layered, children: readonly Layered[], ike: Connection["ike"]): DeadPeerDetection {
    const delay = this.#time(view, "dpd_delay", 0);
    const timeout = this.#time(view, "dpd_timeout", 0);
    const actions = children.flatMap((child) => {
      const found = settingOf(child, "dpd_action");
      return found ? [found] : [];
    });
    const enabled = isUnknown(delay.value) ? delay.value : delay.value > 0;
    const inert: { name: string; location: Location; reason: string }[] = [];
    if (enabled === false) {
      for (const { path, setting } of actions) {
        inert.push({ name: "dpd_action", location: { path, range: setting.range }, reason: "nothing probes the peer without dpd_delay" });
      }
    }
    if (timeout.location !== undefined && ike === 2 && timeout.value !== 0) {
      inert.push({ name: "dpd_timeout", location: timeout.location, reason: "IKEv2 gives up a peer when its retransmissions end, and reads dpd_timeout only for IKEv1" });
    }
    const [action] = actions;
    const value = action?.setting.value;
    // With IKEv1 alone, and a timeout that is written, the timeout decides.
    const verdict = ike === 1 && !isUnknown(timeout.value) && timeout.value > 0 ? timeout.value : retransmissionAt(this.#workspace, this.#path);
    return {
      enabled,
      delay,
      timeout,
      ...(action && value && { action: { value: value.hidden ? unknown("dpd_action is templated") : value.text, location: { path: action.path, range: action.setting.range } } }),
      verdict,
      inert,
    };
  }

  #childRenewal(child: Layered): Maybe<Renewal> {
    const life = this.#time(child, "life_time", undefined);
    const rekey = this.#time(child, "rekey_time", 3600);
    const rand = this.#time(child, "rand_time", undefined);
    for (const { value } of [life, rekey, rand]) if (isUnknown(value) && value !== UNSET) return value;
    // vici_config.c, check_lifetimes: life_time is rekey_time and a tenth, but rekey_time does not follow life_time.
    const soft = known(rekey)!;
    const hard = known(life) ?? Math.floor((soft * 110) / 100);
    const jitter = known(rand) ?? Math.max(0, hard - soft);
    const location = rekey.location ?? life.location;
    const rigid = jitter === 0 ? (rand.location ?? life.location) : undefined;
    // It ends before it would be renewed.
    if (hard > 0 && hard <= soft - jitter) return { expiry: hard, ...(location && { location }) };
    return renewal(soft, jitter, hard > 0 ? hard : Infinity, location, rigid);
  }

  #ikeRenewal(view: Layered): Maybe<Renewal> {
    const reauth = this.#time(view, "reauth_time", 0);
    const rekey = this.#time(view, "rekey_time", known(reauth) === undefined || known(reauth)! > 0 ? 0 : 14400);
    const over = this.#time(view, "over_time", undefined);
    const rand = this.#time(view, "rand_time", undefined);
    for (const { value } of [reauth, rekey, over, rand]) if (isUnknown(value) && value !== UNSET) return value;
    const times = [known(reauth)!, known(rekey)!].filter((time) => time > 0);
    if (times.length === 0) return { expiry: Infinity };
    const soft = Math.min(...times);
    const beyond = known(over) ?? Math.floor(Math.max(...times) / 10);
    // vici_config.c: where it is not given, the random part is at most half of the time.
    return renewal(soft, known(rand) ?? Math.min(beyond, Math.floor(soft / 2)), soft + beyond, rekey.location ?? reauth.location);
  }

  #time(view: Layered, key: string, fallback: number | undefined): Given<number> {
    return this.#given(view, key, fallback, seconds);
  }

  /** The value of a setting; unknown where a template decides it, or may set what is not seen. */
  #given<T>(view: Layered, key: string, fallback: T | undefined, read: (text: string) => T | undefined): Given<T> {
    const found = settingOf(view, key);
    if (found === undefined) {
      if (!view.complete) return { value: unknown(`${key} may be set where an include or a template hides it`) };
      return { value: fallback === undefined ? (UNSET as Maybe<T>) : fallback };
    }
    const { path, setting } = found;
    const location = { path, range: setting.range };
    if (setting.conditional) return { value: unknown(`a template decides whether ${key} is set`), location };
    const text = setting.value!.hidden ? fromTemplate(this.#workspace, path, setting.value!.range) : setting.value!.text;
    const value = text === undefined ? undefined : read(text);
    return { value: value ?? unknown(`${key} is decided by a template`), location };
  }
}

const UNSET = unknown("not set");

function known(given: Given<number>): number | undefined {
  return isUnknown(given.value) ? undefined : given.value;
}

function renewal(soft: number, jitter: number, hard: number, location: Location | undefined, rigid?: Location): Renewal {
  const window = soft > 0 ? { window: { earliest: Math.max(0, soft - jitter), latest: soft } } : {};
  return { ...window, expiry: hard, ...(location && { location }), ...(rigid && { rigid }) };
}

function startup(children: readonly Layered[]): Connection["startup"] {
  const actions = children.map((child) => settingOf(child, "start_action")?.setting);
  if (actions.some((action) => action?.value?.hidden === true || action?.conditional === true)) return unknown("start_action is templated");
  const words = actions.map((action) => action?.value?.text ?? "none");
  if (words.some((word) => /trap|route/.test(word))) return "trap";
  return words.some((word) => /start/.test(word)) ? "start" : "add";
}
