import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toMatchObject({ data: 'mnist', dataDir: null, epochs: 2, seed: 0, out: resolve('mixwell-report'), width: 24, batchSize: 32, learningRate: 0.07 });
  });

  it('reads both spellings of a value', () => {
    const options = parseOptions(['--data', 'fashion-mnist', '--data-dir=here', '--epochs', '3', '--seed=7', '--out', 'there', '--batch-size', '64', '--learning-rate', '1e-2']);
    expect(options).toMatchObject({ data: 'fashion-mnist', dataDir: resolve('here'), epochs: 3, seed: 7, out: resolve('there'), batchSize: 64, learningRate: 0.01 });
  });

  it.each([
    [['--epochs', '-1'], "--epochs must be a whole number >= 1, got '-1'"],
    [['--epochs=-1'], "--epochs must be a whole number >= 1, got '-1'"],
    [['--epochs', '1.5'], '--epochs must be a whole number'],
    [['--epochs', 'NaN'], '--epochs must be a whole number'],
    [['--epochs'], '--epochs needs a value'],
    [['--seed', '-3'], '--seed must be a whole number >= 0'],
    [['--seed', '99999999999999999999'], '--seed must be a whole number'],
    [['--batch-size', '1'], '--batch-size must be a whole number >= 2'],
    [['--learning-rate', '0'], '--learning-rate must be a number > 0'],
    [['--learning-rate', 'fast'], '--learning-rate must be a number > 0'],
    [['--data', 'cifar'], "--data must be mnist or fashion-mnist, got 'cifar'"],
    [['--data', 'fashion-mnist'], 'needs --data-dir'],
    [['--out='], '--out needs a value'],
    [['--epoch', '3'], "unknown option '--epoch'"],
    [['-e', '3'], "unknown option '-e'"],
    [['--no-seed'], '--seed needs a value'],
    [['train'], "unexpected argument 'train'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
