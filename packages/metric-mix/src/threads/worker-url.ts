/** The program of worker threads, beside this one in the package. */
export const workerUrl: URL = new URL('./search-worker.js', import.meta.url);
