import type { Report } from "../../../engine/rule.ts";
import { spokenDisruptions } from "../disruption.ts";
import type { Carrier, CarrierFile } from "./carrier.ts";

/** From more than half of the machines on, what goes at once is no step. */
const STEP = 0.5;
/** Up to a fifth, a first step is small. */
const SMALL = 0.2;
/** Where nobody knows how many there are, from this number on. */
const MANY = 5;

/** Carriers that take all machines at once, or more than half of them. */
export function allAtOnce({ carriers }: CarrierFile): Report[] {
  return carriers.flatMap((carrier) => {
    const { by, wave, hosts, units } = carrier;
    const share = wave?.share;
    if (wave === undefined || share === undefined || share <= STEP) return [];
    const count = hosts === undefined ? undefined : Math.ceil(share * hosts.length);
    const all = share === 1;
    const reached = all ? `all ${count === undefined ? "" : `${count} `}${units}` : count === undefined ? `${percent(share)}% of the ${units}` : `${count} of ${hosts!.length} ${units}`;
    return [
      {
        ...common(carrier),
        severity: wave.severity,
        message: `${by} ${spoken(carrier, reached)} at once: ${wave.because}. A fault reaches ${all ? "all of them" : "that many"} before anything stops it. ${wave.advice}.`,
        ...(count !== undefined && { data: { hosts: hosts!.length, largestBatch: count } }),
      },
    ];
  });
}

/** Carriers that go in steps, the first of which is not small. */
export function noSmallStart({ carriers }: CarrierFile): Report[] {
  return carriers.flatMap((carrier) => {
    const { by, wave, units } = carrier;
    if (wave === undefined) return [];
    if (wave.share === undefined ? (wave.count ?? 0) < MANY : wave.share > STEP || wave.share <= SMALL) return [];
    const first = wave.share === undefined ? `up to ${wave.count!} ${units} together` : `${percent(wave.share)}% of the ${units}`;
    const message = `${by} begins with ${first}: ${wave.because}. It ${spoken(carrier, "all of these")} before a fault is seen. ${wave.advice}.`;
    return [{ ...common(carrier), severity: "info" as const, message }];
  });
}

/** What lets carriers go on past machines that failed. */
export function neverStopped({ carriers }: CarrierFile): Report[] {
  return carriers.flatMap(({ passes, confidence }) => passes.map((weakness) => ({ confidence, ...weakness })));
}

/** Carriers that nothing tells whether a machine is well before the next one. */
export function ungated({ carriers }: CarrierFile): Report[] {
  return carriers.flatMap(({ unchecked, confidence }) => (unchecked === undefined ? [] : [{ confidence, ...unchecked }]));
}

/** `reboots all 6 storage hosts`, `restarts cilium (the network) on all nodes`. */
function spoken(carrier: Carrier, reached: string): string {
  if (carrier.action === "reboot") return `reboots ${reached}`;
  return `${carrier.kind === "host" ? `${carrier.action}s ${carrier.service}` : spokenDisruptions([carrier])} on ${reached}`;
}

function percent(share: number): number {
  return Math.round(100 * share);
}

function common({ by, service, wave, confidence }: Carrier): Pick<Report, "location" | "key" | "confidence" | "fixes"> {
  return { location: wave!.location, key: `${by} ${service}`, confidence, fixes: wave!.mend === undefined ? [] : [{ ...wave!.mend, safety: "safe" }] };
}
