import { dirname, join } from 'node:path';
import type { ExtraFile } from '../run/workspace.ts';
import type { Checkpoint } from '../sources/tensor-place.ts';

/** What makes a folder with a merged adapter one of PEFT's. */
export const adapterConfigFile = ({ adapter, file }: Checkpoint): readonly ExtraFile[] => (adapter ? [{ name: 'adapter_config.json', from: join(dirname(file), 'adapter_config.json') }] : []);
