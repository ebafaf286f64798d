import { isUnknown } from "../../../engine/unknown.ts";
import type { CronJob, CrontabTree } from "../../../formats/crontab/index.ts";
import { crontab } from "../../../formats/crontab/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Host, Play, Task } from "../../fleet/fleet.ts";
import { conditionAt } from "../../fleet/lookup.ts";
import { truth } from "../../fleet/values.ts";
import type { Workspace } from "../../workspace.ts";
import { onEveryHost } from "../disruption.ts";
import { reader, standingOf } from "../standing.ts";
import { tasksIn } from "../tasks.ts";
import type { Carrier } from "./carrier.ts";
import { carriersAt } from "./moment.ts";
import { hostsOf, several } from "./reach.ts";
import { scheduledBy } from "./scheduled.ts";

const ADVICE = "Let each wait for a time of its own, or start it from a playbook in batches";

/** Jobs of cron.d that restart, upgrade or reboot on several hosts at one moment. */
export function cronFiles(workspace: Workspace, path: string): readonly Carrier[] {
  const jobs = jobsOf(workspace, path);
  const acting = jobs.flatMap((job) => {
    if (job.conditional || job.schedule.includes(HOLE) || /^@reboot$|~/.test(job.schedule)) return [];
    const actions = scheduledBy(job.command.replaceAll(HOLE, "x"));
    return actions.length === 0 ? [] : [{ job, actions }];
  });
  const hosts = acting.length === 0 ? undefined : hostsOf(workspace, path);
  if (hosts === undefined) return [];
  return acting.flatMap(({ job, actions }) =>
    carriersAt(workspace, { by: "This cron job", hosts, actions, because: `"${job.schedule}" is the same moment on each of them`, advice: ADVICE, location: { path, range: job.scheduleRange } }),
  );
}

function jobsOf(workspace: Workspace, path: string): readonly CronJob[] {
  const document = workspace.document(path);
  if (document?.language === "crontab") return (document.tree as CrontabTree).jobs;
  // Under other names it is one by where it is put. Most files say at once that they are none.
  if (document !== undefined || !/reboot|restart|shutdown|upgrade|update/.test(workspace.text(path) ?? "")) return [];
  return workspace.derive(sourcesOfCron).has(path) ? crontab.parse(workspace.text(path)!).tree.jobs : [];
}

function sourcesOfCron(workspace: Workspace): ReadonlySet<string> {
  return new Set(workspace.fleet.deployments.flatMap(({ source, destination }) => (!isUnknown(destination) && /^\/etc\/(?:crontab|cron\.d\/)/.test(destination) ? [source] : [])));
}

/** Tasks of Ansible's cron module that write such jobs. */
export function cronTasks(workspace: Workspace, path: string): readonly Carrier[] {
  if (!/\bcron\b/.test(workspace.text(path) ?? "")) return [];
  const playbook = workspace.subject("playbook", path);
  if (playbook === undefined) return [];
  return tasksIn(workspace, playbook).flatMap(({ task, plays }) => (task.module === "cron" ? carrierOf(workspace, task, plays) : []));
}

function carrierOf(workspace: Workspace, task: Task, plays: readonly Play[]): Carrier[] {
  const { args } = task;
  const [play] = plays;
  const job = args.get("job");
  if (play === undefined || job === undefined || !onEveryHost(task) || isOff(task)) return [];
  const read = reader(play, task);
  const special = args.get("special_time");
  // What the module is not told is `*`; a moment in common needs a minute in common.
  const fields = ["minute", "hour", "day", "month", "weekday"].map((name) => args.get(name)?.value ?? "*");
  const given = special ?? args.get("minute") ?? args.get("hour");
  if (given === undefined || /\{\{/.test([...fields, special?.value ?? ""].map((value) => (typeof value === "object" ? "{{" : String(value))).join(" "))) return [];
  if (special !== undefined && String(special.value) === "reboot") return [];
  const text = read(job.value);
  const actions = text === undefined ? [] : scheduledBy(text);
  if (actions.length === 0) return [];
  const reached = new Map<string, Host>();
  for (const one of plays) {
    if (isUnknown(one.scope) || one.scope.assumed !== undefined) continue;
    for (const host of one.scope.hosts) if (conditionAt(task.keywords.get("when")?.value, standingOf(one, task, host)) !== false) reached.set(host.name, host);
  }
  const hosts = several(workspace, [...reached.values()]);
  if (hosts === undefined) return [];
  const schedule = special === undefined ? fields.map(String).join(" ") : `@${String(special.value)}`;
  return carriersAt(workspace, { by: "The cron job of this task", hosts, actions, because: `"${schedule}" is the same moment on each of them`, advice: ADVICE, location: given.location });
}

function isOff({ args }: Task): boolean {
  return String(args.get("state")?.value) === "absent" || truth(args.get("disabled")?.value) === true;
}
