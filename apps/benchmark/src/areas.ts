import { calibration } from './calibration/bench-calibration.ts';
import { engine } from './engine/bench-engine.ts';
import type { Area } from './harness/area.ts';
import { losses } from './losses/bench-losses.ts';
import { merging } from './merging/bench-merging.ts';
import { metric } from './metric/bench-metric.ts';
import { mixing } from './mixing/bench-mixing.ts';

/** What `bench` can time, by name. */
export const areas: Readonly<Record<string, Area>> = { calibration, engine, losses, merging, metric, mixing };
