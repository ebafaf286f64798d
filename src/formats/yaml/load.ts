type YamlLibrary = typeof import("yaml");

let library: YamlLibrary | undefined;

/** Loads the YAML library, which only some files need. Cheap when done already. */
export async function loadYaml(): Promise<void> {
  library ??= await import("yaml");
}

/** The library once `loadYaml` is through; undefined before. */
export function yamlLibrary(): YamlLibrary | undefined {
  return library;
}
