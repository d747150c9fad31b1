import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { neuralCollapse } from './collapse/collapse-metrics.ts';
import { simplexEtf } from './etf/simplex-etf.ts';
import { channelTheory } from './optimal/channel-theory.ts';
import { optimalFeature } from './optimal/optimal-feature.ts';
import { optimalMixedFeature } from './optimal/optimal-mixed-feature.ts';
import { squaredErrorLoss } from './optimal/target-loss.ts';
import { projectThreeClasses } from './projection/project-three-classes.ts';

type Rows = readonly Float64Array[];

/** Vectors of one length as [rows, columns]. */
const stacked = (rows: Rows): HostTensor<'float64'> => ({ dtype: 'float64', shape: [rows.length, rows[0]!.length], data: Float64Array.from(rows.flatMap((row) => [...row])) });

function rowsOf({ shape, data }: HostTensor): Rows {
  const columns = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => Float64Array.from((data as Float64Array).subarray(i * columns, (i + 1) * columns)));
}

runGolden('neural-collapse', import.meta.url, {
  nc_metrics({ inputs, params }) {
    const { x, labels, w } = inputs;
    const { nc1, nc2, nc3, nc4, classMeans, globalMean } = neuralCollapse({ features: x, labels, numClasses: params['numClasses'] as number, ...(w && { classifier: w }) });
    return {
      class_means: classMeans,
      global_mean: globalMean,
      nc1_pinv: nc1.pinv,
      nc1_quotient: nc1.quotient,
      nc1_cdnv: nc1.cdnv,
      nc2_etf_error_means: nc2.means.etfError,
      nc2_equinorm_means: nc2.means.equinorm,
      nc2_equiangular_std_means: nc2.means.equiangular,
      nc2_maxangle_means: nc2.means.maxAngle,
      ...(nc2.classifier && {
        nc2_etf_error_classifier: nc2.classifier.etfError,
        nc2_equinorm_classifier: nc2.classifier.equinorm,
        nc2_equiangular_std_classifier: nc2.classifier.equiangular,
        nc2_maxangle_classifier: nc2.classifier.maxAngle,
      }),
      ...(nc3 && { nc3_self_duality_error: nc3.selfDuality, nc3_frobenius: nc3.frobenius }),
      ...(nc4 !== null && { nc4_agreement: nc4 }),
    };
  },
  simplex_etf({ inputs: { basis }, params }) {
    const { numClasses, featureDim, norm = 1 } = params as { numClasses: number; featureDim: number; norm?: number };
    const w = simplexEtf({ numClasses, featureDim, norm, ...(basis && { basis }) });
    const rows = rowsOf(w);
    return { w, gram: stacked(rows.map((a) => Float64Array.from(rows, (b) => a.reduce((sum, value, c) => sum + value * b[c]!, 0)))) };
  },
  ufm_optimal({ inputs, params }) {
    const { w: classifier, cases } = inputs;
    const lambda = inputs['lambda']!.data as Float64Array;
    const optima = Array.from(lambda, (value, r) => {
      const [classA, classB] = (cases.data as Int32Array).subarray(2 * r, 2 * r + 2);
      return optimalMixedFeature({ classifier, mu: params['mu'] as number, classA: classA!, classB: classB!, lambda: value });
    });
    return { features: stacked(optima.map(({ feature }) => feature)), probs: stacked(optima.map(({ probs }) => probs)) };
  },
  ufm_general_classifier({ inputs, params }) {
    const { w: classifier, targets } = inputs;
    const mu = params['mu'] as number;
    const optima = rowsOf(targets).map((target) => ({ ce: optimalFeature({ classifier, target, mu }), mse: optimalFeature({ classifier, target, mu, loss: squaredErrorLoss }) }));
    return {
      features_ce: stacked(optima.map(({ ce }) => ce.feature)),
      probs_ce: stacked(optima.map(({ ce }) => ce.probs)),
      features_mse: stacked(optima.map(({ mse }) => mse.feature)),
    };
  },
  channel_geometry({ inputs, params }) {
    const { numClasses, norm = 1, mu } = params as { numClasses: number; norm?: number; mu: number };
    const { along, across, sameClassNorm, amplification } = channelTheory({ numClasses, norm, mu, lambdas: inputs['lambda']!.data as Float64Array });
    return { along, across, same_class_feature_norm: sameClassNorm, amplification };
  },
  projection({ inputs: { x, w }, params }) {
    const classes = params['subset'] as [number, number, number];
    const [sheared, turned] = (['classifier', 'orthogonal'] as const).map((method) => projectThreeClasses({ features: x, classifier: w, classes, method }));
    return {
      coords_classifier: sheared!.coordinates,
      coords_classes_classifier: sheared!.classCoordinates,
      coords_orthogonal: turned!.coordinates,
      coords_classes_orthogonal: turned!.classCoordinates,
    };
  },
});
