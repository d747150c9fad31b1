import { expect, it } from 'vitest';
import { createProgressLine, type Terminal } from './progress-line.ts';

function watched(isTTY: boolean) {
  const written: string[] = [];
  const time = { ms: 0 };
  const stream: Terminal = { isTTY, columns: 40, write: (text) => written.push(text) };
  return { written, time, line: createProgressLine(stream, () => time.ms) };
}

it('shows nothing of what takes less than two seconds', () => {
  const { written, time, line } = watched(true);
  line.at(0, 'begin');
  time.ms = 1999;
  line.at(0.9, 'end');
  line.end();
  expect(written).toEqual([]);
});

it('draws one line on a terminal, with the time that is left, and takes it away', () => {
  const { written, time, line } = watched(true);
  time.ms = 30_000;
  line.at(0.25, 'plain training, seed 1 of several');
  line.at(0.26, 'too soon');
  line.end();
  expect(written).toEqual(['\r 25 %  0:30, 1:30 left  plain training,\u001b[K', '\r\u001b[K']);
});

it('writes a line now and then elsewhere', () => {
  const { written, time, line } = watched(false);
  for (time.ms = 0; time.ms < 40_000; time.ms += 1000) line.at(time.ms / 40_000, 'mixup');
  line.end();
  expect(written).toEqual(['  5 %  0:02, 0:38 left  mixup\n', ' 42 %  0:17, 0:23 left  mixup\n', ' 80 %  0:32, 0:08 left  mixup\n']);
});
