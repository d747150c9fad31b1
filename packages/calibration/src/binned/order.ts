import type { Events } from '../inputs/events.ts';

/** Indices in order of confidence, from small to large; ties keep their order. */
export function ascendingOrder(confidence: Float64Array): Uint32Array {
  const n = confidence.length;
  let order = Uint32Array.from(confidence, (_, i) => i);
  if (n < 4096) return order.sort((a, b) => confidence[a]! - confidence[b]! || a - b);
  // a radix sort: doubles >= 0 are ordered as their bits (what rounding has left just below 0 counts as 0)
  const halves = new Uint16Array(Float64Array.from(confidence, (c) => (c > 0 ? c : 0)).buffer);
  let spare = new Uint32Array(n);
  for (let digit = 0; digit < 4; digit++) {
    const starts = new Uint32Array(65_537);
    for (let i = 0; i < n; i++) starts[halves[4 * i + digit]! + 1]!++;
    for (let value = 0; value < 65_536; value++) starts[value + 1]! += starts[value]!;
    for (let i = 0; i < n; i++) {
      const from = order[i]!;
      spare[starts[halves[4 * from + digit]!]!++] = from;
    }
    [order, spare] = [spare, order];
  }
  return order;
}

/** Events in order of confidence, from small to large; ties keep their order. */
export function ascending({ confidence, outcome }: Events): Events {
  const order = ascendingOrder(confidence);
  return { confidence: Float64Array.from(order, (i) => confidence[i]!), outcome: Int32Array.from(order, (i) => outcome[i]!) };
}

/** Calls `visit` for each run of equal confidences [start, end) of sorted events. */
export function eachTie(confidence: Float64Array, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < confidence.length;) {
    let end = start + 1;
    while (end < confidence.length && confidence[end] === confidence[start]) end++;
    visit(start, end);
    start = end;
  }
}
