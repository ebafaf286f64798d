/**
 * Which program the text is for, by what only one of the two takes: addresses, ICMP's protocol and options, reject types.
 * Undefined where it leaves that open. Looks at rule lines only, and stops at the first evidence. ICMP's protocol counts
 * where nothing else tells: ip6tables takes `-p icmp` too.
 */
export function familyOf(text: string): "ip" | "ip6" | undefined {
  const evidence =
    /^(?:\[\d+:\d+\])?[ \t]*(?:-[AIRD]|:|\*).*?(?:(?<six>--icmpv6-type\b|icmp6-|(?:-[sd]|--(?:src|dst|source|destination|to-source|to-destination))[ =](?:\[?[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*)|-m (?:ipv6header|hl|eui64|icmp6|rt|frag|hbh|dst|mh)\b)|(?<four>--icmp-type\b|--reject-with icmp-|(?:-[sd]|--(?:src|dst|source|destination|to-source|to-destination|src-range|dst-range))[ =]\d+\.\d+\.\d+\.\d+|-m ttl\b))/gm;
  const protocol = /^(?:\[\d+:\d+\])?[ \t]*-[AIRD].*?(?:-p|--protocol)[ =]?(?:(?<six>(?:icmpv6|ipv6-icmp|icmp6)\b)|(?<four>icmp\b))/gm;
  const match = evidence.exec(text) ?? protocol.exec(text);
  if (!match) return undefined;
  return match.groups?.["six"] === undefined ? "ip" : "ip6";
}
