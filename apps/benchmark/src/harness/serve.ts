import { createInterface } from 'node:readline';

/** The work of one program: a step at a time. */
export interface Work {
  readonly version: string;
  /** What `compare` holds against that of a peer. */
  readonly check?: number;
  /** One step, to its end. */
  readonly step: () => void | Promise<void>;
}

/** What `start` of contestant.ts talks to: introduces the work after its first step, then does steps as asked. */
export async function serve(prepare: () => Work | Promise<Work>): Promise<void> {
  const say = (reply: object): void => { process.stdout.write(`${JSON.stringify(reply)}\n`); };
  let work: Work;
  try {
    work = await prepare();
    const begin = performance.now();
    await work.step();
    say({ version: work.version, check: work.check, firstMs: performance.now() - begin });
  } catch (error) {
    say({ unavailable: (error as Error).message.split('\n')[0] });
    process.exit(0); // a library of a peer may keep timers
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const steps = Number(line);
    const begin = performance.now();
    for (let i = 0; i < steps; i++) await work.step();
    say({ ms: (performance.now() - begin) / steps });
  }
  say({ peakMiB: process.resourceUsage().maxRSS / 1024 });
  process.exit(0);
}
