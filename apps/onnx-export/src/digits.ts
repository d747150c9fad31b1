/** A difference in two digits: 3.4e-7. */
export const digits = (x: number): string => (x === 0 ? '0' : x.toExponential(1));
