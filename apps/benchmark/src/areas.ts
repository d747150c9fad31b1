import { engine } from './engine/bench-engine.ts';
import type { Area } from './harness/area.ts';
import { mixing } from './mixing/bench-mixing.ts';

/** What `bench` can time, by name. */
export const areas: Readonly<Record<string, Area>> = { engine, mixing };
