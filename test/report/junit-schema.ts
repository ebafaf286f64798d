/** What an element may hold: attributes (true: it must be there), children, and whether text. */
interface Element {
  readonly attributes: Readonly<Record<string, boolean>>;
  readonly children: readonly string[];
  readonly text: boolean;
}

/** The part of junit-10.xsd, by which Jenkins' xUnit plugin judges reports, that Premortem writes. */
const ELEMENTS: Readonly<Record<string, Element>> = {
  testsuites: { attributes: { name: false, time: false, tests: false, failures: false, errors: false }, children: ["testsuite"], text: false },
  testsuite: { attributes: { name: true, tests: true, failures: true, errors: true, skipped: false, time: false }, children: ["testcase"], text: false },
  testcase: { attributes: { name: true, classname: false, time: false, group: false }, children: ["skipped", "error", "failure"], text: false },
  failure: { attributes: { type: false, message: false }, children: [], text: true },
  skipped: { attributes: { type: false, message: false }, children: [], text: true },
};

/** What is no Char of XML 1.0 (production 2). */
const ILLEGAL = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const NAME = "[A-Za-z][\\w-]*";
const TOKEN = new RegExp(`<\\?xml [^?]*\\?>|<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|([^<]+)`, "gy");

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Open[];
}

/** What is wrong with a report in JUnit's XML: as XML, by the schema, or in its sums. */
export function junitProblems(xml: string): string[] {
  const problems: string[] = [];
  if (ILLEGAL.test(xml)) problems.push("a character that XML does not allow");
  const open: Open[] = [];
  const roots: Open[] = [];
  const close = (name: string): void => {
    if (open.pop()?.name !== name) problems.push(`</${name}> closes nothing`);
  };
  TOKEN.lastIndex = 0;
  let at = 0;
  for (let match = TOKEN.exec(xml); match !== null; match = TOKEN.exec(xml)) {
    at = TOKEN.lastIndex;
    const [, slash, name, attributes, empty, text] = match;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(text)) problems.push("an ampersand that begins no reference");
      if (text.includes("]]>")) problems.push("]]> in text");
      if (text.trim() !== "" && ELEMENTS[open.at(-1)?.name ?? ""]?.text !== true) problems.push(`text in ${open.at(-1)?.name ?? "nothing"}`);
    } else if (slash === "/") close(name!);
    else if (name !== undefined) {
      const one: Open = { name, attributes: attributesOf(name, attributes!, problems), children: [] };
      const parent = open.at(-1);
      if (parent !== undefined && ELEMENTS[parent.name]?.children.includes(name) !== true) problems.push(`${name} in ${parent.name}`);
      (parent?.children ?? roots).push(one);
      open.push(one);
      if (empty === "/") close(name);
    }
  }
  if (at !== xml.length) problems.push(`not well-formed at ${xml.slice(at, at + 40)}`);
  if (open.length > 0) problems.push(`${open.at(-1)!.name} is not closed`);
  if (roots.length !== 1 || roots[0]!.name !== "testsuites") problems.push("the root is not testsuites");
  for (const root of roots) sums(root, problems);
  return problems;
}

function attributesOf(element: string, text: string, problems: string[]): Map<string, string> {
  const allowed = ELEMENTS[element]?.attributes;
  if (allowed === undefined) problems.push(`no element ${element}`);
  const found = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (found.has(name!)) problems.push(`${element} has ${name} twice`);
    if (allowed !== undefined && !(name! in allowed)) problems.push(`${element} has no attribute ${name}`);
    found.set(name!, value!);
  }
  for (const [name, required] of Object.entries(allowed ?? {})) if (required && !found.has(name)) problems.push(`${element} lacks ${name}`);
  return found;
}

function sums(root: Open, problems: string[]): void {
  const cases = (one: Open): Open[] => (one.name === "testcase" ? [one] : one.children.flatMap(cases));
  const count = (one: Open, kind: string): number => cases(one).filter(({ children }) => children.some(({ name }) => name === kind)).length;
  for (const one of [root, ...root.children]) {
    const expected = { tests: cases(one).length, failures: count(one, "failure"), errors: 0, ...(one !== root && { skipped: count(one, "skipped") }) };
    for (const [name, number] of Object.entries(expected)) if (one.attributes.get(name) !== String(number)) problems.push(`${one.name} says ${name}=${one.attributes.get(name)}, and has ${number}`);
  }
}
