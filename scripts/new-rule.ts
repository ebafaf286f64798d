// `npm run new-rule firewall/thing-check`: a rule's file with every field that it needs.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const READS: Record<string, string> = { firewall: "firewall", sysctl: "sysctl", ceph: "ceph", rollout: "playbook", ipsec: "ipsec", fleet: "playbook", network: "playbook", premortem: "config" };

const id = process.argv[2] ?? "";
const folder = id.split("/")[0] ?? "";
const reads = READS[folder];
if (!/^[a-z]+\/[a-z][a-z0-9-]*$/.test(id) || reads === undefined) {
  console.error(`Give the rule's id: npm run new-rule FOLDER/NAME, where FOLDER is one of ${Object.keys(READS).join(", ")}.`);
  process.exit(2);
}
const file = `src/rules/${id}.ts`;
if (existsSync(file)) {
  console.error(`${file} is there already.`);
  process.exit(2);
}
mkdirSync(dirname(file), { recursive: true });
writeFileSync(
  file,
  `import { rule } from "../rule.ts";

export default rule({
  what: "One sentence: what is wrong.",
  why: "What happens to the hosts.",
  instead: "What to do instead.",
  lessons: [],
  reads: ["${reads}"],
  severity: "warning",
  fix: "none",
  lifecycle: "preview",
  examples: {
    bad: "⟦mark what is wrong⟧\\n",
    good: "\\n",
    lookalike: "\\n",
  },
  check({ ${reads}, path, report }) {
    void [${reads}, path, report];
  },
});
`,
);
console.log(`${file} is ready. Fill it in, then: npm test -- ${id.split("/")[1]} and npm run gen.`);
