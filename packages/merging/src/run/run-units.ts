import type { Arena } from './arena.ts';
import type { Unit } from './plan-tasks.ts';
import type { Thread } from './threads.ts';
import type { ThreadReply, ThreadRequest } from './unit-handler.ts';

interface Pass {
  readonly units: readonly Unit[];
  /** What a unit takes of the shared memory. */
  readonly bytesOf: (unit: Unit) => number;
  readonly request: (unit: Unit, offset: number) => ThreadRequest;
  readonly onDone: (number: number, reply: ThreadReply) => void;
}

/** Does every unit in some thread, in this order, as many at a time as there are threads and as memory allows. Stops at the first error. */
export async function runUnits(threads: readonly Thread[], arena: Arena, { units, bytesOf, request, onDone }: Pass): Promise<void> {
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
      const offset = await takeRoom(bytesOf(unit));
      try {
        onDone(number, await thread.ask(request(unit, offset)));
      } catch (error) {
        failure ??= { error };
      } finally {
        give(offset);
      }
    }
  }
  await Promise.all(threads.map(work));
  if (failure) throw failure.error;
}
