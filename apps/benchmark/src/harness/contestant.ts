import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How to start a program that takes turns in a benchmark. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program says of itself once it is ready: after its first step. */
export interface Introduction {
  /** 'PyTorch 2.13.0' */
  readonly version: string;
  /** Milliseconds of the first step, which compiles what is compiled. */
  readonly firstMs: number;
  /** A number that is the same for two programs that do the same work: how many parameters are trained, the mean of a result. */
  readonly check?: number;
}

/**
 * A program in a process of its own, which does a number of steps when it is asked to and sleeps otherwise. It speaks lines of JSON: first an
 * `Introduction`, or `{ unavailable: why }`; for each line with a number of steps `{ ms }` per step; at the end of its input `{ peakMiB }`.
 */
export interface Contestant extends Introduction {
  /** Does so many steps and gives the mean milliseconds of one. */
  turn(steps: number): Promise<number>;
  /** Ends the process and gives its peak of resident memory, in MiB. */
  end(): Promise<number>;
}

/** A program that cannot take part, and why. */
export interface Absent {
  readonly unavailable: string;
}

type Reply = Partial<Introduction> & Partial<Absent> & { readonly ms?: number; readonly peakMiB?: number };

/** Starts a program and waits for its first step. @param limitSeconds for the first step, and for each turn */
export async function start(command: Command, limitSeconds: number): Promise<Contestant | Absent> {
  const child = spawn(command.program, command.args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...command.env } });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  child.stdin.on('error', () => {}); // a program that has ended reads no more; its last words are told below
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => errors.join('').trim().split('\n').at(-1) || `it ended with code ${String(code ?? signal)}`);
  ended.catch(() => {});

  async function read(): Promise<Reply> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<Reply>((resolve) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        resolve({ unavailable: `a step takes more than ${limitSeconds} s` });
      }, 1000 * limitSeconds);
    });
    try {
      const line = lines.next().then(async ({ value, done }): Promise<Reply> => (done ? { unavailable: await ended } : (JSON.parse(value) as Reply)));
      return await Promise.race([line, tooLate]);
    } catch (error) {
      return { unavailable: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  const { unavailable, version = '', firstMs = 0, check } = await read();
  if (unavailable !== undefined) {
    child.kill();
    return { unavailable };
  }
  return {
    version, firstMs, ...(check !== undefined && { check }),
    async turn(steps) {
      child.stdin.write(`${steps}\n`);
      const reply = await read();
      if (reply.ms === undefined) throw new Error(`${version}: ${reply.unavailable ?? 'no answer'}`);
      return reply.ms;
    },
    async end() {
      child.stdin.end();
      const { peakMiB = 0 } = await read();
      child.kill();
      return peakMiB;
    },
  };
}
