import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildRcf, type IdxDataset, minMaxScaling, normalize, split, splitGroups } from '@mixwell/data';
import { createRng, type HostTensor, hostTensor, normal, permutation, type Rng, uniform } from '@mixwell/tensor';
import type { RegressionTask } from './train-regressor.ts';

/** A task whose samples belong to groups. */
export interface GroupedTask extends RegressionTask {
  /** [test]: the group of each test sample. */
  readonly testGroups: readonly string[];
}

const range = (start: number, end: number): Int32Array => Int32Array.from({ length: end - start }, (_, i) => start + i);

/** 300 samples to train, 200 to validate, 1000 to test, drawn anew. */
function drawn(rng: Rng, dim: number, input: (rng: Rng) => number, label: (x: Float32Array, rng: Rng) => number): RegressionTask {
  const inputs = Float32Array.from({ length: 1500 * dim }, () => input(rng));
  const labels = Float32Array.from({ length: 1500 }, (_, i) => label(inputs.subarray(i * dim, (i + 1) * dim), rng));
  return { inputs: hostTensor('float32', [1500, dim], inputs), labels, train: range(0, 300), validation: range(300, 500), test: range(500, 1500) };
}

/** y = v³ + v and noise, v = Σ x / √10: similar labels mean similar inputs, up to what does not matter. */
export function singleIndex(seed: number): RegressionTask {
  return drawn(createRng(seed).split('single index'), 10, (rng) => normal(rng), (x, rng) => {
    const v = x.reduce((sum, value) => sum + value, 0) / Math.sqrt(10);
    return v ** 3 + v + 0.3 * normal(rng);
  });
}

/** Friedman's first function, where similar labels come of very different inputs. */
export function friedman(seed: number): RegressionTask {
  return drawn(createRng(seed).split('friedman'), 10, (rng) => uniform(rng), (x, rng) => {
    const [a, b, c, d, e] = x as unknown as readonly [number, number, number, number, number];
    return 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e + normal(rng);
  });
}

type Row = Readonly<Record<string, string | number | null>>;

/** A table of the npm package vega-datasets. */
function readTable(name: string): readonly Row[] {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  return JSON.parse(readFileSync(join(dirname(entry), '..', 'data', name), 'utf8')) as Row[];
}

type Parts = Pick<RegressionTask, 'train' | 'validation' | 'test'>;

/** Inputs scaled to [0, 1] by what the training part holds. */
function tableTask(rows: readonly (readonly number[])[], labels: readonly number[], parts: Parts): RegressionTask {
  const table = hostTensor('float32', [rows.length, rows[0]!.length], Float32Array.from(rows.flat()));
  return { inputs: normalize(table, minMaxScaling(table, parts.train)), labels: Float32Array.from(labels), ...parts };
}

/** Auto MPG (Quinlan 1993): miles per gallon of 392 cars from seven properties. 60, 20 and 20 % of the rows at random. */
export function autoMpg(seed: number): RegressionTask {
  const cars = readTable('cars.json').filter((car) => car['Miles_per_Gallon'] !== null && car['Horsepower'] !== null);
  const columns = ['Cylinders', 'Displacement', 'Horsepower', 'Weight_in_lbs', 'Acceleration'];
  const rows = cars.map((car) => [...columns.map((column) => Number(car[column])), new Date(String(car['Year'])).getUTCFullYear(), ...['USA', 'Europe', 'Japan'].map((origin) => Number(car['Origin'] === origin))]);
  const fifth = Math.floor(cars.length / 5);
  const [train, validation, test] = split(createRng(seed).split('cars'), cars.length, [cars.length - 2 * fifth, fifth, fifth]);
  return tableTask(rows, cars.map((car) => Number(car['Miles_per_Gallon'])), { train, validation, test });
}

/** Gapminder: life expectancy in 62 countries, 1955 to 2005, from year, population and fertility. 70, 10 and 20 % of the rows, by country: test countries are new. */
export function gapminder(seed: number): GroupedTask {
  const table = readTable('gapminder.json');
  const countries = [...new Set(table.map((row) => String(row['country'])))].sort();
  const order = permutation(createRng(seed).split('countries'), countries.length);
  const rank = new Map(countries.map((country, i) => [country, order[i]!]));
  const [train, validation, test] = splitGroups(table.map((row) => rank.get(String(row['country']))!), [0.7, 0.1, 0.2] as const);
  const rows = table.map((row) => [Number(row['year']), Math.log(Number(row['pop'])), Number(row['fertility'])]);
  const task = tableTask(rows, table.map((row) => Number(row['life_expect'])), { train, validation, test });
  return { ...task, testGroups: Array.from(test, (i) => String(table[i]!['country'])) };
}

function joined(parts: readonly HostTensor<'float32'>[]): HostTensor<'float32'> {
  const all = new Float32Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return hostTensor('float32', [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...parts[0]!.shape.slice(1)], all);
}

/** Turned and coloured images of one class; the groups are majority and minority of the colours. Sizes of the three parts. */
export function rcf({ images, labels }: IdxDataset, ofClass: number, sizes: readonly [train: number, validation: number, test: number], seed: number): GroupedTask {
  const rng = createRng(seed).split('rcf');
  const own = range(0, labels.data.length).filter((i) => labels.data[i] === ofClass);
  const size = images.data.length / images.shape[0]!;
  const parts = split(rng.split('split'), own.length, sizes).map((part, p) => {
    const bytes = new Uint8Array(part.length * size);
    part.forEach((i, row) => bytes.set(images.data.subarray(own[i]! * size, (own[i]! + 1) * size), row * size));
    return buildRcf(hostTensor('uint8', [part.length, ...images.shape.slice(1)], bytes), { split: (['train', 'validation', 'test'] as const)[p]!, rng: rng.split(`part ${p}`) });
  });
  const [a, b, c] = sizes;
  return {
    inputs: joined(parts.map((part) => part.images)),
    labels: Float32Array.from(parts.flatMap(({ angle }) => Array.from(angle.data))),
    train: range(0, a), validation: range(a, a + b), test: range(a + b, a + b + c),
    testGroups: Array.from(parts[2]!.majority.data, (isMajority) => (isMajority ? 'majority' : 'minority')),
  };
}
