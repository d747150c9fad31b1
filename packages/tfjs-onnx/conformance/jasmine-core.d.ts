/** The package has no types. */
declare module 'jasmine-core' {
  const core: { boot(core: unknown): { getEnv(): import('./jasmine.ts').JasmineEnv; DEFAULT_TIMEOUT_INTERVAL: number } };
  export default core;
}
