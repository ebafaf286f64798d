import { main } from "../../src/cli/main.ts";

/** What the help does not say, by command. */
const MORE: Readonly<Record<string, string>> = {
  verdict: "[How a packet is written, and how it is followed](verdict.md).",
  flows: "[What the account of a change holds](flows.md).",
  hosts: "[Where hosts, networks and facts come from](sources.md).",
};

const HEAD = `# The command line

Findings go to standard output, everything else to standard error. The exit status is 0 where nothing at or above \`--fail-on\` was found (default: error), 1 where something was, and 2 where it could not run; then one line says what to do. The same input gives the same bytes of output, whatever the machine, the locale or \`--jobs\`.

Nothing in a reviewed repository is executed, and nothing leaves the machine.
`;

/** docs/command-line.md: what the program itself says of its commands. */
export async function commandLinePage(): Promise<string> {
  const listed = (await help()).split("\nCommands:\n")[1] ?? "";
  const commands = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!).filter((name) => name !== "help");
  const sections: string[] = [];
  for (const name of commands) {
    const more = MORE[name] === undefined ? "" : `\n${MORE[name]}\n`;
    sections.push(`## premortem ${name}\n${more}\n\`\`\`sh\npremortem ${name} --help\n\`\`\`\n\n\`\`\`text\n${(await help(name)).trimEnd()}\n\`\`\`\n`);
  }
  return [HEAD, ...sections].join("\n");
}

async function help(...command: string[]): Promise<string> {
  let text = "";
  const { isTTY } = process.stdout;
  // Else the lines would be as long as the window is wide.
  process.stdout.isTTY = false;
  try {
    await main([...command, "--help"], { out: (part) => void (text += part), err: () => undefined, colour: false, interactive: false });
  } finally {
    process.stdout.isTTY = isTTY;
  }
  return text;
}
