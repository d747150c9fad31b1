/** Loads an optional dependency, or says how to install it. */
export async function loadOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new Error(`${name} could not be loaded: run npm install ${name} (${(error as Error).message.split('\n')[0]})`, { cause: error });
  }
}
