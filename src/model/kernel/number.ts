/**
 * An integer as the kernel's proc handlers read it: decimal, 0x and, after a leading 0, octal; text after a blank is
 * left out. undefined: the kernel refuses it (EINVAL).
 */
export function parseInteger(text: string): number | undefined {
  const match = /^\s*(-?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)(?:\s|$)/i.exec(text);
  if (match === null) return undefined;
  const digits = match[2]!;
  const value = /^0x/i.test(digits) ? Number(digits) : digits.startsWith("0") && digits.length > 1 ? parseInt(digits, 8) : Number(digits);
  return match[1] === "-" ? -value : value;
}
