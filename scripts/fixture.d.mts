export interface Fixture {
  readonly directory: string;
  readonly file: string;
  remove(): void;
}

export function makeWorkspace(): Fixture;
export function makeWebWorkspace(): Fixture;
export function commitAll(directory: string): void;
