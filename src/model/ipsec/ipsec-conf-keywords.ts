/** What a keyword of ipsec.conf takes: one of the words, or a kind of value. `text`: anything. */
export type KeywordKind = "text" | "time" | "boolean" | "percent" | "number" | "tries" | "authby" | "binary" | "mark" | "padding" | "protocol" | readonly string[];

/** Where a keyword may stand: an end's keyword is written with `left` or `right` before it. */
export type Place = "setup" | "conn" | "end" | "ca";

/** The keywords that an implementation knows. */
export type Keywords = { readonly [P in Place]: ReadonlyMap<string, KeywordKind> };

const each = (names: string, kind: KeywordKind = "text"): [string, KeywordKind][] => names.split(/\s+/).map((name) => [name, kind]);

const YES_NO = ["yes", "no"] as const;
const PEER_DEAD = ["none", "clear", "hold", "restart"] as const;

/** strongSwan's starter, deprecated keywords (which it passes over) among them: keywords.txt, args.c, confread.c of 5.0 to 6.0. */
export const STRONGSWAN_KEYWORDS: Keywords = {
  setup: new Map([
    ...each("charondebug also interfaces dumpdir charonstart plutostart klipsdebug plutodebug prepluto postpluto plutostderrlog fragicmp packetdefault hidetos overridemtu"),
    ...each("crlcheckinterval nocrsend nat_traversal keep_alive force_keepalive virtual_private pkcs11module pkcs11initargs pkcs11keepstate pkcs11proxy eapdir ldapbase ldaphost syslog"),
    ...each("uniqueids", ["yes", "no", "replace", "keep", "never"]), ...each("cachecrls", YES_NO), ...each("strictcrlpolicy", ["yes", "no", "ifuri"]),
  ]),
  conn: new Map([
    ...each("also"), ...each("auto", ["ignore", "add", "route", "start"]), ...each("keyexchange", ["ike", "ikev1", "ikev2"]),
    ...each("type", ["tunnel", "transport", "transport_proxy", "beet", "passthrough", "pass", "drop", "reject"]),
    ...each("compress installpolicy aggressive mobike forceencaps rekey reauth mediation sha256_96", YES_NO),
    ...each("authby", ["psk", "secret", "pubkey", "rsa", "rsasig", "ecdsa", "ecdsasig", "xauthpsk", "xauthrsasig", "never"]),
    ...each("fragmentation", ["yes", "accept", "no", "force"]), ...each("dpdaction closeaction", PEER_DEAD), ...each("modeconfig", ["push", "pull"]), ...each("xauth", ["client", "server"]),
    ...each("ikelifetime lifetime keylife margintime rekeymargin dpddelay dpdtimeout inactivity", "time"), ...each("rekeyfuzz", "percent"), ...each("keyingtries", "tries"),
    ...each("lifebytes marginbytes lifepackets marginpackets reqid replay_window", "number"),
    ...each("ike esp ah eap_identity aaa_identity xauth_identity mediated_by me_peerid pfs pfsgroup eap"),
    ...each("ikedscp", "binary"), ...each("mark mark_in mark_out", "mark"), ...each("tfc", "padding"),
  ]),
  end: new Map([
    ...each("ikeport", "number"), ...each("protoport", "protocol"), ...each("subnet sourceip dns updown id id2 auth auth2 rsasigkey sigkey cert cert2 certpolicy ca ca2 groups groups2 nexthop subnetwithin"),
    ...each("firewall hostaccess allowany", YES_NO), ...each("sendcert", ["always", "ifasked", "never", "yes", "no"]), ...each("", "text"),
  ]),
  ca: new Map(each("cacert ldaphost ldapbase crluri crluri1 crluri2 ocspuri ocspuri1 ocspuri2 certuribase auto also")),
};

/** Libreswan's addconn, of 3.x to 5.x together; what a release refuses of another's is not told here. keywords.c; tried on 4.10. */
export const LIBRESWAN_KEYWORDS: Keywords = {
  setup: new Map([
    ...each("interfaces curl-iface curl-timeout myid myvendorid syslog klipsdebug plutodebug logfile plutostderrlog dumpdir ipsecdir secretsfile statsbin perpeerlogdir nssdir oe fragicmp"),
    ...each("hidetos overridemtu ocsp-uri ocsp_uri ocsp-timeout ocsp_timeout ocsp-trustname ocsp_trust_name ocsp-cache-size ocsp-cache-min-age ocsp-cache-max-age ocsp-method ddos-mode"),
    ...each("ddos-ike-threshold ddos-ike-treshold max-halfopen-ike ikeport nflog-all xfrmlifetime virtual_private virtual-private nat_ikeport nat-ikeport seedbits keep_alive keep-alive"),
    ...each("nat_traversal disable_port_floating force_keepalive listen protostack nhelpers secctx_attr_value secctx-attr-value secctx-attr-type ikev1-secctx-attr-type ikev1-policy"),
    ...each("global-redirect global-redirect-to dnssec-rootkey-file dnssec-anchors ike-socket-bufsize ipsec-interface-managed rundir prepluto postpluto updown expire-lifetime"),
    ...each("crlcheckinterval shuntlifetime expire-shunt-interval", "text"), ...each("strictcrlpolicy crl_strict ocsp_strict ocsp_enable plutofork perpeerlog plutorestartoncrash force_busy force-busy plutostderrlogtime nocrsend uniqueids_"),
    ...each("uniqueids audit-log crl-strict dnssec-enable drop-oppo-null ike-socket-errqueue listen-tcp listen-udp logappend logip logtime ocsp-enable ocsp-strict", "boolean"),
  ]),
  conn: new Map([
    ...each("also alsoflip connalias ike esp ah phase2alg ikelifetime salifetime lifetime keylife ipsec-lifetime ipseclifetime rekeymargin dpddelay dpdtimeout retransmit-interval retransmit-timeout"),
    ...each("keyingtries replay-window ipsec-max-bytes ipsec-max-packets priority mtu metric mark mark-in mark-out reqid nflog nflog-group tfc modecfgdns modecfgdns1 modecfgdns2 modecfgdomain modecfgdomains"),
    ...each("modecfgbanner policy-label policy_label sec-label labeled-ipsec labeled_ipsec vti-interface ipsec-interface tcp-remoteport tcp-remote-port accept-redirect accept-redirect-to send-redirect"),
    ...each("encapsulation ppk ppk-ids esn nic-offload enable-tcp clientaddrfamily hostaddrfamily connaddrfamily remote-peer-type remote_peer_type nat-ikev1-method nat_ikev1_method nat-keepalive cat"),
    ...each("forceencaps overlapip addresspool xauthusername authby loopback sareftrack sha2_truncbug initial_contact send_vendorid cisco_unity ike_frag ikefrag narrowing aggrmode aggressive"),
    ...each("leftxauthusername nm_configured eap-identity intermediate_ iptfs iptfs-fragmentation iptfs-packet-size iptfs-max-queue-size iptfs-in-delay iptfs-init-delay iptfs-drop-time iptfs-reorder-window clones"),
    ...each("modecfgwins1 modecfgwins2 pfsgroup pfs_group spi spibase encrypt auth eaptls share-lease host-reqid send-esp-tfc-padding-not-supported session-resumption ignore-peer-dns leftupdown redirect-to encap-dscp"),
    ...each("authby", "authby"), ...each("auto", ["ignore", "add", "ondemand", "route", "start", "up", "keep", "manual"]),
    ...each("keyexchange", ["ike", "ikev1", "ikev2"]), ...each("type", ["tunnel", "transport", "passthrough", "pass", "reject", "drop"]),
    ...each("ikev2", ["never", "permit", "propose", "insist", "yes", "always", "no"]), ...each("phase2", ["esp", "ah", "ah+esp", "default"]),
    ...each("dpdaction", ["hold", "clear", "restart", "restart_by_peer", "none"]), ...each("fragmentation", ["never", "no", "yes", "insist", "force"]),
    ...each("failureshunt", ["none", "passthrough", "drop", "hold", "reject"]), ...each("negotiationshunt", ["none", "passthrough", "drop", "hold"]),
    ...each("mobike", ["yes", "no", "true", "false", "on", "off", "nat"]), ...each("sendca", ["none", "issuer", "all"]), ...each("xauthby", ["file", "pam", "alwaysok"]), ...each("xauthfail", ["hard", "soft"]), ...each("rekeyfuzz", "percent"),
    ...each("aggressive aggrmode cisco-unity compress decap-dscp fake-strongswan ignore-peer-dns ikepad initial-contact intermediate modecfgpull ms-dh-downgrade narrowing nopmtudisc pam-authorize pfs", "boolean"),
    ...each("rekey reauth require-id-on-certificate send-no-esp-tfc send-vendorid sha2-truncbug vti-routing vti-shared", "boolean"),
  ]),
  end: new Map([
    ...each("ikeport subnet subnets protoport sourceip nexthop updown id auth rsasigkey rsasigkey2 ecdsakey pubkey cert ckaid ca addresspool username xauthusername vti interface-ip groups autheap natip"),
    ...each("sendcert", ["never", "sendifasked", "alwayssend", "always"]), ...each("cat modecfgclient modecfgserver xauthclient xauthserver", "boolean"), ...each("", "text"),
  ]),
  ca: new Map(),
};
