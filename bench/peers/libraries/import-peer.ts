/**
 * Imports a package of bench/peers/node_modules. Its name is not a literal here, so that the project's types are
 * checked without the peers being installed; each library declares the little of the package that it calls.
 */
export async function importPeer<Module>(name: string): Promise<Module> {
  return import(name);
}
