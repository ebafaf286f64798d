import type { Report } from "../../engine/rule.ts";
import { listNames } from "../../model/fleet/change/words.ts";
import { configuredPlace } from "../../model/fleet/configured-place.ts";
import { guestPlace } from "../../model/fleet/guests.ts";
import type { MaintenanceNeed } from "../../model/fleet/maintenance.ts";
import { duration } from "../../model/fleet/maintenance.ts";
import type { WrittenGuests } from "../../model/fleet/maintenance-files.ts";
import type { MigrationLimits } from "../../model/fleet/migration-limits.ts";
import type { Guest } from "../../model/forecast/evacuation.ts";
import { TEN_GIGABIT, streamsOf } from "../../model/forecast/evacuation.ts";
import { migrate, migrationSeconds } from "../../model/forecast/migration.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const CONFIGURATION = "groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\nmigration:\n  bandwidth: 1 Gbit/s\n";
const files = (guests: string, configuration = CONFIGURATION): { [path: string]: string } => ({
  "hosts.ini": "[kvm]\nkvm01.example.net\nkvm02.example.net\n",
  "host_vars/kvm01.example.net.yml": `guests:\n${guests}`,
  "premortem.yaml": configuration,
});
const kubevirt = (bandwidth: string, timeout?: number): string =>
  `apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata:\n  name: kubevirt\nspec:\n  configuration:\n    migrations:\n      bandwidthPerMigration: ${bandwidth}\n${timeout === undefined ? "" : `      completionTimeoutPerGiB: ${timeout}\n`}`;
const parallel = `${CONFIGURATION}  parallel: 4\n`;

export default rule({
  what: "A guest writes its memory faster than its share of the link moves it: its live migration never ends.",
  why: "Pre-copy migration sends again what the guest wrote during the round before. When it writes as fast as the link sends, the rest never gets small enough for the last pause. Streams that run at the same time share the link, so more of them at once make it worse.",
  instead: "Move fewer guests at once or give migrations a faster link. Where that is not enough, let QEMU throttle the guest (auto-converge) or switch to post-copy, or plan its downtime.",
  lessons: ["2017-network-added"],
  reads: ["maintenance"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["https://kubevirt.io/user-guide/compute/live_migration/", "Liu, Jin, Xu, Liao: Performance and energy modeling for live migration of virtual machines, HPDC 2011, doi 10.1145/1996130.1996154"],
  data: {
    guests: "guests of these hosts whose migration never ends",
    dirtyRate: "bytes a second that the busiest of them writes",
    share: "bytes a second that it can be sent with",
    parallel: "guests that leave a host at the same time",
    alone: "seconds that it would take with the whole link; null where that is not enough either",
  },
  examples: {
    bad: [
      files("  - name: ⟦db1⟧\n    memory_gib: 32\n    dirty_mb_s: 130\n  - name: web1\n    memory_gib: 8\n    dirty_mb_s: 5\n"),
      // Enough for one at a time, but not for four.
      files("  - name: web1\n    memory_gib: 8\n    dirty_mb_s: 5\n  - name: ⟦db1⟧\n    memory_gib: 32\n    dirty_rate: 40 MB/s\n  - name: web2\n    memory_gib: 8\n  - name: web3\n    memory_gib: 8\n", parallel),
      // KubeVirt cancels each migration before its first round is through.
      { "kubevirt.yaml": kubevirt("⟦1Mi⟧") },
      { "hyperconverged.yaml": kubevirt("⟦4Mi⟧", 150).replace("kind: KubeVirt", "kind: HyperConverged").replace("configuration:\n    migrations:", "liveMigrationConfig:") },
      // What guests write where nothing else is said.
      { ...files("", `${parallel}  dirtyRate: 50 MB/s\n`), "host_vars/kvm01.example.net.yml": "guests:\n  - name: ⟦web1⟧\n    memory_gib: 8\n  - name: web2\n    memory_gib: 8\n  - name: web3\n    memory_gib: 8\n" },
    ],
    good: [
      files("  - name: db1\n    memory_gib: 32\n    dirty_mb_s: 40\n"),
      // Four may leave at once, but there is only one: it has the whole link.
      files("  - name: db1\n    memory_gib: 32\n    dirty_rate: 40 MB/s\n", parallel),
    ],
    lookalike: [
      // The same guest on a link of 10 Gbit/s.
      files("  - name: db1\n    memory_gib: 32\n    dirty_mb_s: 130\n", CONFIGURATION.replace("1 G", "10 G")),
      // How busy it is, is not known.
      files("  - name: db1\n    memory_gib: 512\n", parallel),
      // The time that it has is enough, or something else ends it.
      { "kubevirt.yaml": kubevirt("64Mi", 150) },
      { "kubevirt.yaml": kubevirt("0", 150) },
      { "kubevirt.yaml": `${kubevirt("1Mi")}      allowPostCopy: true\n` },
      // 100 MB/s in another unit.
      files("  - name: db1\n    memory_gib: 32\n    dirty_rate: 800 Mbit/s\n"),
    ],
  },
  check({ maintenance, workspace, report }) {
    for (const limits of maintenance.limits) {
      const needed = GIB / limits.bandwidth;
      if (needed > limits.secondsPerGib) report(cancelled(limits, needed));
    }
    for (const written of maintenance.guests) {
      const busy = written.needs.flatMap((need) => need.guests.flatMap((guest) => (neverEnds(workspace, need, guest) ? [{ need, guest }] : [])));
      if (busy.length > 0) report(finding(workspace, written, busy));
    }
  },
});

function neverEnds(workspace: Workspace, { bandwidth, guests }: MaintenanceNeed, { memory, dirtyRate }: Guest): boolean {
  const { parallel: most, downtime } = workspace.configuration.migration;
  return memory > 0 && migrationSeconds(memory, bandwidth / streamsOf(guests.length, most), dirtyRate, downtime) === Infinity;
}

/** Even the memory of an idle guest does not get through in the time that it has. */
function cancelled({ bandwidth, secondsPerGib, isWritten, location }: MigrationLimits, needed: number): Report {
  const limit = `${secondsPerGib} s${isWritten ? "" : ", the default"} (completionTimeoutPerGiB)`;
  return {
    location,
    key: "cancelled",
    message: `At ${rate(bandwidth)} each GiB of a guest's memory takes ${Math.ceil(needed)} s, and a migration is cancelled after ${limit} for each GiB: no guest ever gets away, however idle it is, and no node can be drained. Allow migrations at least ${rate(GIB / secondsPerGib)}, with room for what guests write meanwhile, or give them longer.`,
    data: { guests: 0, dirtyRate: 0, share: bandwidth, parallel: 1, alone: null },
  };
}

function finding(workspace: Workspace, { location }: WrittenGuests, busy: readonly { readonly need: MaintenanceNeed; readonly guest: Guest }[]): Report {
  const { parallel: most, downtime } = workspace.configuration.migration;
  const worst = busy.reduce((a, b) => (b.guest.dirtyRate > a.guest.dirtyRate ? b : a));
  const { guest, need } = worst;
  const streams = streamsOf(need.guests.length, most);
  const share = need.bandwidth / streams;
  const alone = migrate({ ...guest, bandwidth: need.bandwidth, downtime }).seconds;
  const faster = migrate({ ...guest, bandwidth: TEN_GIGABIT / streams, downtime }).seconds;
  const names = [...new Set(busy.map((one) => one.guest.name))];
  const others = names.filter((name) => name !== guest.name);
  const hosts = new Set(busy.map((one) => one.need.host.name)).size;
  const where = hosts === 1 ? need.host.name : `${hosts} virtualisation hosts`;
  const part = streams === 1 ? "" : `, a ${streams === 2 ? "half" : `${ordinal(streams)} part`} of the link since ${streams} leave at once`;
  const ways = [alone === Infinity ? "" : `alone it takes ${duration(alone)}`, faster === Infinity || need.bandwidth >= TEN_GIGABIT ? "" : `with 10 GbE ${duration(faster)}`].filter((way) => way !== "");
  const better = ways.length === 0 ? "" : ` ${ways.join(", ").replace(/^./, (letter) => letter.toUpperCase())}.`;
  const too = others.length === 0 ? "" : ` So it is with ${listNames(others)}.`;
  const certain = configuredPlace(workspace, "migration", "dirtyRate") === undefined;
  return {
    location: guestPlace(workspace, location, guest.name),
    key: "never converges",
    confidence: certain ? "certain" : "likely",
    message: `${guest.name} on ${where} writes ${rate(guest.dirtyRate)} of memory, and ${rate(share)} can be sent${part}: its live migration never ends, and the host cannot be emptied.${too}${better} ${streams > 1 && alone !== Infinity ? "Move fewer at once (migration.parallel), or use" : "Use"} a faster link, auto-converge or post-copy.`,
    data: { guests: busy.length, dirtyRate: guest.dirtyRate, share, parallel: streams, alone: Number.isFinite(alone) ? alone : null },
  };
}

const GIB = 2 ** 30;

/** `130 MB/s`: rates count in powers of ten. */
function rate(bytesPerSecond: number): string {
  const [unit, name] = bytesPerSecond >= 1e9 ? [1e9, "GB/s"] : bytesPerSecond >= 1e6 ? [1e6, "MB/s"] : [1e3, "kB/s"];
  return `${Number((bytesPerSecond / unit).toPrecision(3))} ${name}`;
}

function ordinal(number: number): string {
  return ["", "", "", "third", "fourth", "fifth", "sixth"][number] ?? `${number}th`;
}
