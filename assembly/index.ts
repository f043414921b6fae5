// What the host calls: raw pointers in, numbers out. The families in one module, for platforms that compile ahead of time;
// elsewhere each travels by itself, so that nobody carries what he does not use.

export * from './families/edit';
export * from './families/recommend';
export * from './families/search';
export * from './families/sketch';
export * from './families/sparse';
