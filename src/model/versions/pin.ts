import type { Location } from "../../engine/location.ts";
import type { Product } from "./products.ts";
import type { Version, VersionScheme } from "./version.ts";
import { parseVersionText } from "./version.ts";

/** What carries a version. */
export type PinCarrier = "package" | "image" | "git" | "requirement" | "preference" | "variable";

/** A place that decides which version of a product hosts get. */
export interface VersionPin {
  readonly product: Product;
  /** As written: the package, the image, the repository, the variable. */
  readonly name: string;
  readonly carrier: PinCarrier;
  /** The version as written; undefined: none is named, so whatever is newest is taken. */
  readonly text: string | undefined;
  /** Undefined where the text is no version: `latest`, a branch, a template. */
  readonly version: Version | undefined;
  /** The version; the name where there is none. */
  readonly location: Location;
  /** What makes it the same pin in another revision of the file. */
  readonly key: string;
}

/** Makes a pin. */
export function pinOf(carrier: PinCarrier, name: string, product: Product, text: string | undefined, location: Location, key: string): VersionPin {
  // A variable may feed either: an epoch, a revision or a tilde is a package's.
  const packaged = carrier === "package" || carrier === "preference" || (carrier === "variable" && text !== undefined && /^\d+:|~|-\d[\w.+]*$/.test(text));
  const scheme: VersionScheme = packaged ? "package" : "release";
  const version = text === undefined || /\{[{%]/.test(text) ? undefined : parseVersionText(text.replace(/[-.]?\*$/, ""), scheme);
  return { product, name, carrier, text, version, location, key: `${carrier}\0${key}` };
}

/** `frr` of `https://git.example.net/frr.git`. */
export function repositoryName(url: string): string {
  return /([^/:]+?)(?:\.git)?\/?$/.exec(url)?.[1] ?? url;
}
