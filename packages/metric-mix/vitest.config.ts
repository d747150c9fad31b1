import shared from '../../config/vitest.ts';

/** One process after another file: most of the time of small files would go into loading TensorFlow.js and compiling what others have compiled. */
export default { ...shared, test: { ...shared.test, isolate: false } };
