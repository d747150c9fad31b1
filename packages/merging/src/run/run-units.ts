import type { Arena } from './arena.ts';
import type { Unit } from './plan-tasks.ts';
import type { Thread, Threads } from './threads.ts';
import type { ThreadReply, ThreadRequest } from './unit-handler.ts';

interface Pass {
  readonly units: readonly Unit[];
  /** What a unit takes of the shared memory. */
  readonly bytesOf: (unit: Unit) => number;
  readonly request: (unit: Unit, offset: number) => ThreadRequest;
  readonly onDone: (number: number, reply: ThreadReply) => void;
}

/** Does every unit in some thread, in this order, as many at a time as there are threads and as memory allows. Stops at the first error. */
export async function runUnits({ workers, own }: Threads, arena: Arena, { units, bytesOf, request, onDone }: Pass): Promise<void> {
  // whole tensors take long, and memory that should not wait for its turn
  const areShort = units.every((unit) => bytesOf(unit) === 0);
  const threads = areShort ? [own, ...workers].flatMap((thread) => Array.from({ length: thread.lanes }, () => thread)) : workers.length === 0 ? [own] : workers;
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  /** Those that wait for memory; the first takes the next unit. */
  let wake = (): void => {};
  let freed = new Promise<void>((resolve) => { wake = resolve; });
  const takeRoom = async (bytes: number): Promise<number> => {
    for (;;) {
      const offset = arena.take(bytes);
      if (offset !== undefined) return offset;
      await freed;
    }
  };
  const give = (offset: number): void => {
    arena.give(offset);
    const waiting = wake;
    freed = new Promise((resolve) => { wake = resolve; });
    waiting();
  };
  async function work(thread: Thread): Promise<void> {
    while (next < units.length && !failure) {
      const number = next++;
      const unit = units[number]!;
      const bytes = bytesOf(unit);
      const offset = bytes === 0 ? 0 : await takeRoom(bytes);
      try {
        onDone(number, await thread.ask(request(unit, offset)));
      } catch (error) {
        failure ??= { error };
      } finally {
        if (bytes > 0) give(offset);
      }
    }
  }
  await Promise.all(threads.map(work));
  if (failure) throw failure.error;
}
