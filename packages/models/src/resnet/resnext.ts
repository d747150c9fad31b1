/**
 * Xie, Girshick, Dollár, Tu, He: "Aggregated residual transformations for deep neural networks", CVPR 2017, arXiv 1611.05431. ResNets of
 * bottlenecks whose 3×3 convolution has groups ("cardinality"). Names are torchvision's.
 */
import { checkWhole } from '../check-options.ts';
import type { Model } from '../model.ts';
import { bottleneck } from './residual-blocks.ts';
import { residualNetwork, type ResNetOptions } from './residual-network.ts';

/** 3, 4, 6, 3 bottlenecks of 32 groups, which begin with 4 channels. 25,028,904 parameters with the stem for ImageNet and its 1,000 classes. */
export const resnext50 = (options: ResNetOptions): Model =>
  residualNetwork({ name: 'resnext50_32x4d', blocks: [3, 4, 6, 3], block: bottleneck({ groups: 32, widthPerGroup: 4 }) }, options);

export interface ResNeXt29Options extends ResNetOptions {
  /** Groups of each 3×3 convolution. Default 8. */
  readonly cardinality?: number;
  /** Channels of each group in `layer1`. Default 64. */
  readonly widthPerGroup?: number;
}

/**
 * The network for CIFAR: 3, 3, 3 bottlenecks. 34.4 million parameters for 8 groups of 64 channels, 68.1 million for 16 of 64. Files with
 * the names of D-X-Y's `CifarResNeXt` (`stage_1.0.conv_reduce.weight`; AugMix, RobustBench) load as well.
 */
export function resnext29({ cardinality = 8, widthPerGroup = 64, ...options }: ResNeXt29Options): Model {
  checkWhole('resnext29', 'cardinality', cardinality);
  checkWhole('resnext29', 'widthPerGroup', widthPerGroup);
  return residualNetwork({ name: 'resnext29', blocks: [3, 3, 3], block: bottleneck({ groups: cardinality, widthPerGroup }), further: { cardinality, widthPerGroup } }, options);
}
