/**
 * He, Zhang, Ren, Sun: "Deep residual learning for image recognition", CVPR 2016, arXiv 1512.03385. With torchvision's names and
 * initialisation. Stages: `stem`, `layer1` … `layer4`, `pool`, `head`.
 */
import type { Model } from '../model.ts';
import { basicBlock, bottleneck } from './residual-blocks.ts';
import { residualNetwork, type ResNetOptions } from './residual-network.ts';

/** 2 basic blocks in each group. 11,689,512 parameters with the stem for ImageNet and its 1,000 classes. */
export const resnet18 = (options: ResNetOptions): Model => residualNetwork({ name: 'resnet18', blocks: [2, 2, 2, 2], block: basicBlock }, options);

/** 3, 4, 6, 3 basic blocks. 21,797,672 parameters for ImageNet. */
export const resnet34 = (options: ResNetOptions): Model => residualNetwork({ name: 'resnet34', blocks: [3, 4, 6, 3], block: basicBlock }, options);

/** 3, 4, 6, 3 bottlenecks. 25,557,032 parameters for ImageNet. */
export const resnet50 = (options: ResNetOptions): Model => residualNetwork({ name: 'resnet50', blocks: [3, 4, 6, 3], block: bottleneck() }, options);

/** 3, 4, 23, 3 bottlenecks. 44,549,160 parameters for ImageNet. */
export const resnet101 = (options: ResNetOptions): Model => residualNetwork({ name: 'resnet101', blocks: [3, 4, 23, 3], block: bottleneck() }, options);
