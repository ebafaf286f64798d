/** What a setting takes: one of the words (in any case), or a kind of value. */
export type Kind =
  | "time" | "bytes" | "number" | "binary" | "mark" | "set-mark" | "interface-id" | "padding" | "auth" | "text"
  | "selectors" | "virtual-addresses" | "ike-proposals" | "esp-proposals" | "ah-proposals" | readonly string[];

/** The parts of a connection that have settings of their own. */
export type Level = "connection" | "authentication" | "certificate" | "child";

const BOOLEAN = ["yes", "no", "true", "false", "enabled", "disabled", "1", "0"] as const;
const ACTION = ["none", "clear", "trap", "route", "start", "restart"] as const;

/** A setting of swanctl.conf(5), with its default as a person would write it. */
export interface Key {
  readonly takes: Kind;
  readonly default?: string;
}

const key = (takes: Kind, value?: string): Key => (value === undefined ? { takes } : { takes, default: value });

/** Every setting that charon takes over vici, by the section that it stands in: vici_config.c of 5.9 and 6.0. */
export const KEYS: { readonly [L in Level]: { readonly [name: string]: Key } } = {
  connection: {
    version: key("number", "0"), local_addrs: key("text", "%any"), remote_addrs: key("text", "%any"), local_port: key("number", "500"),
    remote_port: key("number", "500"), proposals: key("ike-proposals", "default"), vips: key("virtual-addresses"),
    aggressive: key(BOOLEAN, "no"), pull: key(BOOLEAN, "yes"), dscp: key("binary", "000000"), encap: key(BOOLEAN, "no"), mobike: key(BOOLEAN, "yes"),
    dpd_delay: key("time", "0s"), dpd_timeout: key("time", "0s"), fragmentation: key(["yes", "accept", "force", "no"], "yes"),
    childless: key(["allow", "prefer", "force", "never"], "allow"), send_certreq: key(BOOLEAN, "yes"), send_cert: key(["ifasked", "always", "never"], "ifasked"),
    ocsp: key(["both", "reply", "request", "never"], "reply"), ppk_id: key("text"), ppk_required: key(BOOLEAN, "no"), keyingtries: key("number", "1"),
    unique: key(["no", "never", "keep", "replace"], "no"), reauth_time: key("time", "0s"), rekey_time: key("time", "4h"), over_time: key("time", "10% of rekey_time"),
    rand_time: key("time", "over_time"), pools: key("text"), if_id_in: key("interface-id", "0"), if_id_out: key("interface-id", "0"),
    mediation: key(BOOLEAN, "no"), mediated_by: key("text"), mediation_peer: key("text"),
  },
  authentication: {
    round: key("number", "0"), certs: key("text"), pubkeys: key("text"), auth: key("auth", "pubkey"), id: key("text"), ca_id: key("text"), eap_id: key("text", "id"),
    aaa_id: key("text"), xauth_id: key("text", "id"), groups: key("text"), cert_policy: key("text"), cacerts: key("text"),
    revocation: key(["strict", "ifuri", "relaxed"], "relaxed"),
  },
  certificate: { file: key("text"), handle: key("text"), slot: key("number"), module: key("text") },
  child: {
    ah_proposals: key("ah-proposals"), esp_proposals: key("esp-proposals", "default"), sha256_96: key(BOOLEAN, "no"), local_ts: key("selectors", "dynamic"),
    remote_ts: key("selectors", "dynamic"), rekey_time: key("time", "1h"), life_time: key("time", "110% of rekey_time"), rand_time: key("time", "life_time - rekey_time"),
    rekey_bytes: key("bytes", "0"), life_bytes: key("bytes", "110% of rekey_bytes"), rand_bytes: key("bytes", "life_bytes - rekey_bytes"),
    rekey_packets: key("number", "0"), life_packets: key("number", "110% of rekey_packets"), rand_packets: key("number", "life_packets - rekey_packets"),
    updown: key("text"), hostaccess: key(BOOLEAN, "no"), mode: key(["tunnel", "transport", "transport_proxy", "beet", "iptfs", "pass", "drop"], "tunnel"),
    policies: key(BOOLEAN, "yes"), policies_fwd_out: key(BOOLEAN, "no"), dpd_action: key(ACTION, "clear"), ipcomp: key(BOOLEAN, "no"), inactivity: key("time", "0s"),
    reqid: key("number", "0"), priority: key("number", "0"), interface: key("text"), mark_in: key("mark", "0/0x00000000"), mark_in_sa: key(BOOLEAN, "no"),
    mark_out: key("mark", "0/0x00000000"), set_mark_in: key("set-mark", "0/0x00000000"), set_mark_out: key("set-mark", "0/0x00000000"),
    if_id_in: key("interface-id", "0"), if_id_out: key("interface-id", "0"), label: key("text"), label_mode: key(["system", "simple", "selinux"], "system"),
    tfc_padding: key("padding", "0"), replay_window: key("number", "32"), hw_offload: key(["no", "yes", "auto", "crypto", "packet"], "no"),
    copy_df: key(BOOLEAN, "yes"), copy_ecn: key(BOOLEAN, "yes"), copy_dscp: key(["out", "in", "yes", "no"], "out"), start_action: key(ACTION, "none"),
    close_action: key(ACTION, "none"), per_cpu_sas: key(["no", "yes", "encap"], "no"), icmp: key(BOOLEAN, "no"),
  },
};
