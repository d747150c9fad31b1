// oxlint-disable import/no-unassigned-import -- gradients register themselves
import '@mixwell/autodiff';
import { runGolden } from '@mixwell/testing';
import { lossHandlers } from './loss-handlers.ts';
import { measureHandlers } from './measure-handlers.ts';
import { metrixHandlers } from './metrix-handlers.ts';

runGolden('metrix', import.meta.url, { ...lossHandlers, ...metrixHandlers, ...measureHandlers });
