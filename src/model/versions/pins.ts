import type { PinsTree } from "../../formats/version-pins/index.ts";
import type { YamlTree } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { packagesOf } from "../rollout/services.ts";
import type { VersionPin } from "./pin.ts";
import { pinOf, repositoryName } from "./pin.ts";
import { parseImage, productOf } from "./products.ts";
import { pinsOfYaml } from "./yaml-pins.ts";

/** Every place in a file that names a version, or a name without one where a version belongs. */
export function pinsIn(workspace: Workspace, path: string): readonly VersionPin[] {
  return workspace.derive(read, path);
}

function read(workspace: Workspace, path: string): VersionPin[] {
  const document = workspace.document(path);
  if (document?.language === "version-pins") return ofLines(path, document.tree as PinsTree);
  if (document?.language !== "yaml") return [];
  return [...pinsOfYaml(path, document.tree as YamlTree), ...ofTasks(workspace, path)];
}

function ofLines(path: string, { dialect, pins }: PinsTree): VersionPin[] {
  return pins.flatMap(({ name, nameRange, version, versionRange, selector }): VersionPin[] => {
    const location = { path, range: versionRange ?? nameRange };
    switch (dialect) {
      case "apt-preferences":
        return selector === "version" ? [pinOf("preference", name, productOf(name.replace(/\*$/, "")), version, location, name)] : [];
      case "containerfile": {
        const image = parseImage(name);
        return image === undefined ? [] : [pinOf("image", name, productOf(image.repository), version, location, name)];
      }
      case "gitmodules":
        return [pinOf("git", name, productOf(repositoryName(name)), version, location, name)];
      case "requirements":
      case "go-mod":
        return version === undefined ? [] : [pinOf("requirement", name, productOf(moduleName(name)), version, location, name)];
    }
  });
}

/** `etcd` of `go.etcd.io/etcd/client/v3`: libraries of a product move with it, but are not it. */
function moduleName(name: string): string {
  return name.replace(/\/v\d+$/, "");
}

/** Packages that tasks of this file install by name. */
function ofTasks(workspace: Workspace, path: string): VersionPin[] {
  const playbook = workspace.subject("playbook", path);
  return (playbook?.tasks ?? []).flatMap((task) => {
    const argument = ["name", "pkg", "package", "deb", "_raw_params", "cmd"].map((name) => task.args.get(name)?.location).find((place) => place !== undefined);
    const written = argument ?? task.location;
    const text = workspace.textAt(written);
    return packagesOf(task).map(({ name, version, location }): VersionPin => {
      const kernel = version === undefined ? /^(?:linux-(?:image|headers|modules)|kernel(?:-core)?)-(\d\S*)$/.exec(name)?.[1] : undefined;
      const base = kernel === undefined ? name : name.slice(0, -kernel.length - 1);
      const shown = version ?? kernel;
      const start = text.indexOf(name);
      const at = start === -1 ? -1 : version !== undefined ? text.indexOf(version, start + name.length) : start + name.length - (kernel ?? name).length;
      const place = at === -1 ? location : { path, range: { start: written.range.start + at, end: written.range.start + at + (shown ?? name).length } };
      return pinOf("package", base, productOf(base), shown, place, base);
    });
  });
}
