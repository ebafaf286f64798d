import { main } from "../../src/cli/main.ts";

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `premortem ARGS` in this process, as if it wrote into two files. */
export async function premortem(...args: string[]): Promise<Ran> {
  let [out, err] = ["", ""];
  const status = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: false,
    interactive: false,
  });
  return { status, out, err };
}

/** What `--format json` prints. */
export interface JsonReport {
  readonly version: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly path: string;
    readonly message: string;
    readonly range: { readonly start: { readonly line: number; readonly column: number }; readonly end: { readonly line: number; readonly column: number } };
    readonly fixes: readonly unknown[];
  }[];
  readonly notComputed: readonly { readonly rule: string; readonly path: string; readonly reason: string }[];
  readonly summary: Record<string, unknown>;
}

export function parsed(ran: Ran): JsonReport {
  return JSON.parse(ran.out) as JsonReport;
}

/** `RULE PATH:LINE:COLUMN` of every finding. */
export function placed(ran: Ran): string[] {
  return parsed(ran).findings.map(({ rule, path, range }) => `${rule} ${path}:${range.start.line}:${range.start.column}`);
}

/** Where somebody set a switch that is wrong everywhere, for tests that need a finding and no hosts. */
export const NO_PMTUD = "# tunnel\nnet.ipv4.ip_no_pmtu_disc = 1\n";
