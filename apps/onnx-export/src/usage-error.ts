/** A command line that cannot be meant: exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** `function: argumentName must be …` of a library as `--argument-name must be …`. */
function ofOption(message: string): string {
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return message.replace(/^\w+: (\w+)(?= (must|need|needs|is) )/, (_, name: string) => `--${kebab(name)}`).replace(/^\w+: /, '');
}

/** Calls a function whose complaints are about the command line. */
export function asUsage<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new UsageError(ofOption((error as Error).message), { cause: error });
  }
}
