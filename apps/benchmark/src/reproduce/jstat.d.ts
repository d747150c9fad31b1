declare module 'jstat' {
  /** What is used of jstat, which comes without types. */
  const jstat: {
    mean(values: readonly number[]): number;
    /** @param sample divide by n − 1 */
    stdev(values: readonly number[], sample: boolean): number;
    readonly studentt: {
      cdf(x: number, freedom: number): number;
      inv(probability: number, freedom: number): number;
    };
  };
  export default jstat;
}
