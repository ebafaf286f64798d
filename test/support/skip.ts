/** Skips the running test, or from a `before` its whole suite, and writes the reason into its title, which the report shows. */
export function skip(context: Mocha.Context, reason: string): never {
  const { test } = context;
  // The types know no `type`, which tells a hook from a test.
  const named = (test as { readonly type?: string } | undefined)?.type === "hook" ? test?.parent : test;
  if (named !== undefined) named.title += ` (skipped: ${reason})`;
  return context.skip();
}
