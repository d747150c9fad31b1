import { describe, expect, it } from 'vitest';
import { areas } from './areas.ts';
import { parseOptions } from './options.ts';

describe('arguments of bench', () => {
  it('times every case of an area against every peer by default', () => {
    expect(parseOptions(['engine'])).toEqual({
      area: 'engine', cases: ['mlp', 'convnet-3', 'resnet-18', 'wrn-16-4', 'vit-tiny-4'], modes: ['train', 'infer'],
      peers: ['pytorch', 'pytorch-tuned', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu'], turns: 9, seconds: 10, json: null,
    });
    expect(parseOptions(['mixing'])).toMatchObject({ area: 'mixing', modes: [] });
  });

  it('takes some of them', () => {
    const { cases, modes, peers } = parseOptions(['engine', '--case', 'mlp, resnet-18', '--mode=infer', '--peer', 'tfjs-cpu']);
    expect([cases, modes, peers]).toEqual([['mlp', 'resnet-18'], ['infer'], ['tfjs-cpu']]);
    expect(parseOptions(['mixing', '--case=cutmix']).cases).toEqual(['cutmix']);
  });

  it.each([
    [['speed'], `the area must be one of ${Object.keys(areas).join(', ')}, got 'speed'`],
    [['engine', '--case', 'alexnet'], `--case must be of mlp, convnet-3, resnet-18, wrn-16-4, vit-tiny-4, got 'alexnet'`],
    [['mixing', '--case', 'mlp'], `--case must be of mixup, `],
    [['engine', '--peer', 'jax'], `--peer must be of pytorch, pytorch-tuned, tfjs-node, tfjs-wasm, tfjs-cpu, got 'jax'`],
    [['engine', '--mode', 'both'], `--mode must be of train, infer, got 'both'`],
    [['mixing', '--mode', 'train'], `--mode does not apply to this area, got 'train'`],
    [['engine', '--case', ','], `--case must be of mlp, convnet-3, resnet-18, wrn-16-4, vit-tiny-4, got ','`],
    [['engine', '--turns', '0'], `--turns must be a number > 0, got '0'`],
    [['engine', '--fast'], `unknown option '--fast', see --help`],
    [['engine', 'mixing'], `unexpected argument 'mixing', see --help`],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
