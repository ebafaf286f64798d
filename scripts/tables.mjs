// The model's tables (kernel keys, Ceph's options) as text in the bundle: parsed when something first looks into one, since
// most sessions need none of them, and every session would pay for all of them at its start.
import { readFile } from "node:fs/promises";

/** The table behind a stand-in that has its entries. The stand-in's target stays empty, so every property must be configurable. */
const STAND_IN = `
let table;
const get = () => (table ??= JSON.parse(text));
export default new Proxy({}, {
  get: (_, key) => get()[key],
  has: (_, key) => key in get(),
  ownKeys: () => Reflect.ownKeys(get()),
  getOwnPropertyDescriptor: (_, key) => {
    const found = Object.getOwnPropertyDescriptor(get(), key);
    return found && { ...found, configurable: true };
  },
});
`;

/** For esbuild. */
export const tables = {
  name: "tables",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]model[\\/].*\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, "utf8")));
      return { loader: "js", contents: `const text = ${JSON.stringify(text)};${STAND_IN}` };
    });
  },
};
