import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('arguments of bench', () => {
  it('times every case against every peer by default', () => {
    const { cases, modes, peers, turns, json } = parseOptions(['engine']);
    expect(cases.map((one) => one.name)).toEqual(['mlp', 'convnet-3', 'resnet-18', 'wrn-16-4', 'vit-tiny-4']);
    expect(modes).toEqual(['train', 'infer']);
    expect(peers.map((peer) => peer.name)).toEqual(['pytorch', 'pytorch-tuned', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu']);
    expect({ turns, json }).toEqual({ turns: 9, json: null });
  });

  it('takes some of them', () => {
    const { cases, modes, peers } = parseOptions(['engine', '--case', 'mlp, resnet-18', '--mode=infer', '--peer', 'tfjs-cpu']);
    expect([cases.map((one) => one.name), modes, peers.map((peer) => peer.name)]).toEqual([['mlp', 'resnet-18'], ['infer'], ['tfjs-cpu']]);
  });

  it.each([
    [['speed'], `the area must be one of engine, got 'speed'`],
    [['engine', '--case', 'alexnet'], `--case must be of mlp, convnet-3, resnet-18, wrn-16-4, vit-tiny-4, got 'alexnet'`],
    [['engine', '--peer', 'jax'], `--peer must be of pytorch, pytorch-tuned, tfjs-node, tfjs-wasm, tfjs-cpu, got 'jax'`],
    [['engine', '--mode', 'both'], `--mode must be train or infer, got 'both'`],
    [['engine', '--turns', '0'], `--turns must be a number > 0, got '0'`],
    [['engine', '--fast'], `unknown option '--fast', see --help`],
    [['engine', 'mixing'], `unexpected argument 'mixing', see --help`],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
