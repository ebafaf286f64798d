export const root: string;
export function run(command: string, args: readonly string[], options?: { readonly cwd?: string; readonly quiet?: boolean }): string;
export function ensurePackages(): void;
export function ensureVscode(): { version: string; directory: string; node: string };
export function ensureVscodeWeb(): { version: string; directory: string; require: NodeJS.Require };
export function ensureChromium(): string | undefined;
export function installDebian(packages: readonly string[]): void;
export function onPath(name: string): string | undefined;
export function ensureSarifViewer(): string[];
