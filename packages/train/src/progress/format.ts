import type { Metrics } from '../fit/events.ts';

/** `0.1234`, `12.35`, `1.2e-7`. */
export const number = (value: number): string => (value === 0 || Math.abs(value) >= 1e-3 ? value.toFixed(Math.abs(value) >= 10 ? 2 : 4) : value.toExponential(1));

/** `12,345`. */
export const count = (value: number): string => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** `0:05`, `12:34`, `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `loss 0.1234  accuracy 96.30%`. */
export const metrics = (values: Metrics): string =>
  Object.entries(values).map(([name, value]) => `${name} ${/accuracy$/i.test(name) ? `${(value * 100).toFixed(2)}%` : number(value)}`).join('  ');

/** `██████░░░░` */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
