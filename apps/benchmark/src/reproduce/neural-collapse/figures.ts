import { mixedFeaturesSpec, projectThreeClasses } from '@mixwell/neural-collapse';
import { type ChartSpec, lineChart } from '@mixwell/plots';
import { choice, createRng } from '@mixwell/tensor';
import { summary } from '../over-seeds.ts';
import type { Experiment } from './experiments.ts';
import type { Runs } from './image-claims.ts';

/** 'MNIST, LeNet' as the name of a file. */
const fileName = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** Mixed features of three classes that are drawn at random, for the first seed of each way; and NC1 over epochs, means over seeds. */
export function collapseFigures({ name, network }: Experiment, runs: Runs): readonly (readonly [name: string, chart: ChartSpec])[] {
  const classes = [...choice(createRng(0).split('three classes'), network.head.classes, 3)] as [number, number, number];
  const pictures = Object.entries(runs).map(([way, [run]]): [string, ChartSpec] => {
    const { mixed, classifier } = run!;
    const projection = projectThreeClasses({ features: mixed.features['head']!, classifier, classes });
    return [`features-${fileName(name)}-${fileName(way)}`, mixedFeaturesSpec({ ...projection, ...mixed, classes, title: `${name}: ${way}`, subtitle: 'last-layer features of mixed training images' })];
  });
  const rows = Object.entries(runs).flatMap(([way, all]) => all[0]!.epochs.map(({ epoch }, i) => ({ way, epoch, nc1: summary(all.map(({ epochs }) => epochs[i]!.collapse.nc1.pinv)).mean })));
  const chart = lineChart({ rows, x: 'epoch', y: 'nc1', series: 'way', yScale: 'log', title: `${name}: variability within classes (NC1)`, yTitle: 'trace(S_W S_B⁺) / C' });
  return [...pictures, [`nc1-${fileName(name)}`, chart]];
}
