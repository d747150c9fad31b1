/** A command line that cannot be meant: exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Calls a function whose complaints, of the form `function: argument must be …`, are about the command line. */
export function asUsage<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^\w+: /, ''), { cause: error });
  }
}
