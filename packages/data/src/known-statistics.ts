import type { ChannelStatistics } from './channel-statistics.ts';

/** Training sets whose statistics are known. */
export type KnownDataset = 'mnist' | 'fashion-mnist' | 'cifar10' | 'cifar100' | 'svhn' | 'imagenet';

/**
 * Mean and standard deviation per channel of well-known training sets, in units of 255, as their literature uses them: the values of
 * dataset condensation and trajectory matching (Zhao, Mopuri, Bilen 2021; Cazenavette et al. 2022) and of torchvision for ImageNet.
 * CIFAR-10's standard deviations there are means over images of the deviation within an image, not the deviation over the set
 * (0.2470, 0.2435, 0.2616), which `channelStatistics` computes.
 */
export const knownStatistics: Readonly<Record<KnownDataset, ChannelStatistics>> = {
  'mnist': { mean: [0.1307], std: [0.3081] },
  'fashion-mnist': { mean: [0.2861], std: [0.353] },
  'cifar10': { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  'cifar100': { mean: [0.5071, 0.4866, 0.4409], std: [0.2673, 0.2564, 0.2762] },
  'svhn': { mean: [0.4377, 0.4438, 0.4728], std: [0.198, 0.201, 0.197] },
  'imagenet': { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};
