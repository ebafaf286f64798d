/** A cephx key: the base64 of a type, a time, a length and 16 bytes. */
const KEY = /^AQ[A-Za-z0-9+/]{36}==$/;
/** What a person or a tool is to fill in, and names of variables. */
const PLACEHOLDER = /[$<>{}@*]|replace|change.?me|example|your[-_ ]|^x+$|^secret$|^password$/i;
const PASSWORDS: Readonly<Record<string, string | undefined>> = {
  rgw_keystone_admin_password: "Keystone's password",
  rgw_keystone_admin_token: "Keystone's token",
  rgw_keystone_barbican_password: "Barbican's password",
  rgw_ldap_secret: "LDAP's password",
};

/** What secret an option holds in clear text, for the start of a sentence; undefined where it holds none. */
export function secretOf(option: string, value: string, section: string): string | undefined {
  if (option === "key") return KEY.test(value) ? `A key of ${section}` : undefined;
  const what = PASSWORDS[option];
  // A path is where the secret is kept, not the secret.
  return what === undefined || value === "" || value.startsWith("/") || PLACEHOLDER.test(value) ? undefined : what;
}
