import type { YamlEntry, YamlMapping, YamlNode, YamlScalar, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { VersionPin } from "./pin.ts";
import { pinOf, repositoryName } from "./pin.ts";
import type { Product } from "./products.ts";
import { parseImage, productOf } from "./products.ts";

/** Keys that hold an image reference: `image`, `container_image`, `ceph_docker_image`. */
const IMAGE = /(?:^|[_-])image$|^container_image\w*$|^[a-z]+Image$/;
/** Keys that hold the version of what stands before the word. */
const VERSION = /^(?:(.*?)[_-]|([a-z]+)(?=[A-Z]))?(?:version|release|tag|codename|suite)$/i;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?$/;
/** Versions of formats and interfaces, not of programs. */
const NO_PROGRAM = /^(?:api|schema|chart|config|format|min|max|minimum|maximum|python|required|tls|ssl|ansible|collection|galaxy|role|snmp|protocol|ip|app)$/i;
/** A file that names more is a lock file or a dump. */
const MOST = 20_000;

/** Several rules ask, and a file that no edit touches keeps its tree. */
const KNOWN = new WeakMap<YamlTree, readonly VersionPin[]>();

/** Images, git references, roles and release variables of a YAML file. */
export function pinsOfYaml(path: string, tree: YamlTree): readonly VersionPin[] {
  let pins = KNOWN.get(tree);
  if (pins === undefined) KNOWN.set(tree, (pins = walk(path, tree)));
  return pins;
}

function walk(path: string, tree: YamlTree): VersionPin[] {
  const pins: VersionPin[] = [];
  const seen = new Set<YamlNode>();
  const open: { node: YamlNode; trail: string }[] = tree.documents.map((node) => ({ node, trail: "" }));
  const galaxy = /(?:^|\/)(?:requirements|galaxy)[^/]*\.ya?ml$/.test(path);
  while (open.length > 0 && pins.length < MOST) {
    const { node, trail } = open.pop()!;
    // An alias stands for a node that is read already.
    if (node.kind === "scalar" || seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "sequence") {
      for (const item of node.items) open.push({ node: item, trail });
      continue;
    }
    pins.push(...gitOf(path, node), ...(galaxy ? galaxyOf(path, node) : []));
    for (const entry of entriesOf(node)) {
      const below = `${trail}/${entry.key}`;
      const image = IMAGE.test(entry.key) ? imageOf(path, node, entry, below) : undefined;
      if (image !== undefined) pins.push(image);
      // The tag of an image beside it is read with that.
      else if (!galaxy && !(entry.key.endsWith("_tag") && entryOf(node, entry.key.slice(0, -4)) !== undefined)) pins.push(...variableOf(path, entry, trail, below));
      open.push({ node: entry.value, trail: below });
    }
  }
  return pins.sort((a, b) => a.location.range.start - b.location.range.start);
}

function scalar(node: YamlNode | undefined): YamlScalar | undefined {
  return node?.kind === "scalar" && node.text !== "" && (typeof node.value === "string" || typeof node.value === "number") ? node : undefined;
}

/** Where the text of a scalar stands, without its quotes; undefined where it is not written as one piece. */
function inner(path: string, node: YamlScalar, from = 0, to = node.text.length): { path: string; range: { start: number; end: number } } {
  const length = node.range.end - node.range.start;
  const quotes = length === node.text.length + 2 ? 1 : 0;
  if (length !== node.text.length + 2 * quotes) return { path, range: node.range };
  return { path, range: { start: node.range.start + quotes + from, end: node.range.start + quotes + to } };
}

/** `image: name:tag`; `image: {repository, tag}` of Helm; `X_image` beside `X_image_tag`. */
function imageOf(path: string, parent: YamlMapping, { key, value }: YamlEntry, trail: string): VersionPin | undefined {
  if (value.kind === "mapping") {
    const repository = scalar(entryOf(value, "repository")?.value) ?? scalar(entryOf(value, "name")?.value);
    const tag = scalar(entryOf(value, "tag")?.value);
    const image = repository === undefined ? undefined : parseImage(repository.text);
    if (repository === undefined || image === undefined || entryOf(value, "digest") !== undefined) return undefined;
    return pinOf("image", image.repository, productOf(image.repository), tag?.text, tag === undefined ? inner(path, repository) : inner(path, tag), `${trail}\0${image.repository}`);
  }
  const text = scalar(value);
  const image = text === undefined ? undefined : parseImage(text.text);
  if (text === undefined || image === undefined || (image.digest && image.tag === undefined)) return undefined;
  const beside = image.tag === undefined ? scalar(entryOf(parent, `${key}_tag`)?.value) : undefined;
  if (image.tag === undefined && beside === undefined && !image.repository.includes("/") && key !== "image") return undefined;
  const location = beside !== undefined ? inner(path, beside) : image.tagStart === undefined ? inner(path, text) : inner(path, text, image.tagStart, image.tagStart + image.tag!.length);
  return pinOf("image", image.repository, productOf(image.repository), image.tag ?? beside?.text, location, `${trail}\0${image.repository}`);
}

/** `git: {repo, version}` of a task; also with its collection before it. */
function gitOf(path: string, task: YamlMapping): VersionPin[] {
  const call = entryOf(task, "git") ?? entryOf(task, "ansible.builtin.git");
  const repo = scalar(entryOf(call?.value, "repo")?.value);
  if (call === undefined || repo === undefined) return [];
  const version = scalar(entryOf(call.value, "version")?.value);
  return [pinOf("git", repo.text, productOf(repositoryName(repo.text)), version?.text, inner(path, version ?? repo), repo.text)];
}

/** One role or collection of a requirements file of ansible-galaxy. */
function galaxyOf(path: string, item: YamlMapping): VersionPin[] {
  const name = scalar(entryOf(item, "name")?.value) ?? scalar(entryOf(item, "role")?.value) ?? scalar(entryOf(item, "src")?.value);
  if (name === undefined || itemsOf(entryOf(item, "roles")?.value).length > 0) return [];
  const version = scalar(entryOf(item, "version")?.value);
  const plain = repositoryName(name.text);
  return [pinOf("requirement", name.text, productOf(plain.slice(plain.lastIndexOf(".") + 1)), version?.text, inner(path, version ?? name), name.text)];
}

/** `racoon_version: 0.8.2`, `ceph: {version: 18.2.1}`, `debian_release: bookworm`. */
function variableOf(path: string, { key, value }: YamlEntry, trail: string, below: string): VersionPin[] {
  const match = VERSION.exec(key);
  const text = match === null ? undefined : scalar(value);
  if (text === undefined || match === null || ADDRESS.test(text.text)) return [];
  const subject = match[1] ?? match[2] ?? trail.slice(trail.lastIndexOf("/") + 1);
  const product = subject === "" || NO_PROGRAM.test(subject) ? undefined : productOfWords(subject);
  return product === undefined ? [] : [pinOf("variable", key, product, text.text, inner(path, text), below)];
}

/** `site_racoon_package` is about racoon: the longest run of words that is a product. */
function productOfWords(subject: string): Product | undefined {
  const words = subject.toLowerCase().split(/[_-]/).filter((word) => word !== "" && !/^(?:package|pkg|image|docker|container|stable|target|default|install|apt|deb|rpm)$/.test(word));
  for (let length = words.length; length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const product = productOf(words.slice(start, start + length).join("-"));
      if (product.kind !== undefined || /^(?:debian|ubuntu|xz|postgresql)$/.test(product.name)) return product;
    }
  }
  return undefined;
}
