import type { LoggerInterface } from 'vega';

/** What Vega and Vega-Lite would print, kept instead. */
export interface VegaLog {
  readonly logger: LoggerInterface;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const show = (part: unknown): string => (part instanceof Error ? part.message : typeof part === 'string' ? part : JSON.stringify(part));

/** Vega finds out that a field is missing, or has no numbers, when it looks for the smallest; a bar's field has been stacked by then. */
const readable = (message: string): string =>
  message.replace(/^Infinite extent for field "(.*?)(?:_start|_end)?": .*/, (_, field: string) => `field "${field}" has no finite values`);

/** A logger that prints nothing. */
export function vegaLog(): VegaLog {
  const errors: string[] = [];
  const warnings: string[] = [];
  const keep = (list: string[], parts: readonly unknown[]): void => {
    const message = readable(parts.map(show).join(' '));
    if (!list.includes(message)) list.push(message);
  };
  const logger: LoggerInterface = {
    level: () => 0,
    error(...parts) { keep(errors, parts); return this; },
    warn(...parts) { keep(warnings, parts); return this; },
    info() { return this; },
    debug() { return this; },
  };
  return { logger, errors, warnings };
}
