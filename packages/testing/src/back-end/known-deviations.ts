/** Tests that fail on a back end of TensorFlow.js for a reason that lies in it. */
export interface KnownDeviation {
  readonly backEnds: readonly string[];
  /** `package/file`, without `src/`. */
  readonly file: string;
  /** Names of the tests: their whole names have this in them. */
  readonly tests: RegExp;
  readonly reason: string;
}

/** A test that is listed and passes fails the run: the list may only shrink. */
export const knownDeviations: readonly KnownDeviation[] = [];

interface Task {
  readonly fullName: string;
  readonly file: { readonly filepath: string };
}

/** The reason why a test is known to fail on a back end, if it is. */
export function deviationOf(backEnd: string, { fullName, file }: Task): string | undefined {
  const place = /packages\/([^/]+)\/src\/(.*)$/.exec(file.filepath.replaceAll('\\', '/'));
  const name = place ? `${place[1]}/${place[2]}` : '';
  return knownDeviations.find((known) => known.backEnds.includes(backEnd) && known.file === name && known.tests.test(fullName))?.reason;
}
