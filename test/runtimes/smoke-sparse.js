// The smoke of sparse matrices: products, files, decompositions. What smoke.js says holds here too.
import { CsrMatrix, LanewiseError, PCA, pageRank, powerIteration, Random, TruncatedSVD } from 'lanewise';
import { check, hash, uniform } from './ground.js';

/** What `scipy.sparse.save_npz` made of [[0, 0, 3], [-1.5, 0, 0.25]], compressed. */
const COMPRESSED = `
UEsDBBQAAAAIAAAAIQADciyJSQAAAIwAAAALABQAaW5kaWNlcy5ucHkBABAAjAAAAAAAAABJAAAAAAAAAJvsF+obEMnIUMZQrZ6S
WpxcpG6loG6TaaKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4mBggA0QBQSwMEFAAAAAgAAAAhAGeL
ARFMAAAAjAAAAAoAFABpbmRwdHIubnB5AQAQAIwAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZf
VFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBiBgBGJmIAYAUEsDBBQAAAAIAAAAIQCjw3SXRQAAAIMAAAAKABQA
Zm9ybWF0Lm5weQEAEACDAAAAAAAAAEUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXhNsrK6joJ6WX1RSlJgXn1+UkgoSd0vM
KU4FihdnJBakAvkamjoKtQoUAa7k4iIAUEsDBBQAAAAIAAAAIQBgSH4MSgAAAJAAAAAJABQAc2hhcGUubnB5AQAQAJAAAAAAAAAA
SgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAu
JgYIYIbSAFBLAwQUAAAACAAAACEAn/YuIVAAAACMAAAACAAUAGRhdGEubnB5AQAQAIwAAAAAAAAAUAAAAAAAAACb7BfqGxDJyFDG
UK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBgYHBwaGA/sZGBrsAFBLAQIU
AxQAAAAIAAAAIQADciyJSQAAAIwAAAALAAAAAAAAAAAAAACAAQAAAABpbmRpY2VzLm5weVBLAQIUAxQAAAAIAAAAIQBniwERTAAA
AIwAAAAKAAAAAAAAAAAAAACAAYYAAABpbmRwdHIubnB5UEsBAhQDFAAAAAgAAAAhAKPDdJdFAAAAgwAAAAoAAAAAAAAAAAAAAIAB
DgEAAGZvcm1hdC5ucHlQSwECFAMUAAAACAAAACEAYEh+DEoAAACQAAAACQAAAAAAAAAAAAAAgAGPAQAAc2hhcGUubnB5UEsBAhQD
FAAAAAgAAAAhAJ/2LiFQAAAAjAAAAAgAAAAAAAAAAAAAAIABFAIAAGRhdGEubnB5UEsFBgAAAAAFAAUAFgEAAJ4CAAAAAA==`;

/** Hashes of what sparse matrices and decompositions give. */
export async function sparse() {
  const random = new Random(6);
  const matrix = await drawn(random, 300, 200);
  const x = uniform(random, 7200);
  const answers = [
    matrix.multiply(x.subarray(0, 200)),
    matrix.multiplyTransposed(x.subarray(0, 300)),
    matrix.multiplyMatrix(x.subarray(0, 200 * 7), 7),
  ];
  const hashes = { csrMatrix: answers.map(hash).join('') };
  for (const [name, write, read] of [
    ['npz', 'toNpz', 'fromNpz'],
    ['mtx', 'toMatrixMarket', 'fromMatrixMarket'],
  ]) {
    const file = matrix[write]();
    const again = await CsrMatrix[read](file);
    const { indices, values } = again.toArrays();
    check(
      hash(again.multiply(x.subarray(0, 200))) === hash(answers[0]),
      `a matrix multiplies after loading from ${name} as before saving`,
    );
    hashes[`csrMatrix ${name}`] = hash(file) + hash(indices) + hash(values);
    again.dispose();
  }
  hashes.truncatedSvd = await singularValues(matrix);
  hashes.pca = await principalComponents(x);
  hashes.pageRank = await ranks(random);
  matrix.dispose();
  return hashes;
}

function drawn(random, rows, columns) {
  const draw = (count, below) => Float64Array.from({ length: count }, () => random.integer(below));
  return CsrMatrix.fromCoo({
    ...{ rows, columns, rowIndex: Uint32Array.from(draw(5000, rows)) },
    ...{
      columnIndex: Uint32Array.from(draw(5000, columns)),
      values: uniform(random, 6000).subarray(0, 5000),
    },
  });
}

async function singularValues(matrix) {
  const svd = await TruncatedSVD.create({ components: 5, iterations: 3, seed: 7 });
  const rows = await svd.fitTransform(matrix);
  const file = svd.toBytes();
  const again = TruncatedSVD.fromBytes(file);
  check(
    hash(again.transform(matrix)) === hash(rows),
    'a TruncatedSVD transforms after loading as before saving',
  );
  const learned = [svd.components, svd.singularValues, svd.explainedVarianceRatio, rows, file];
  again.dispose();
  svd.dispose();
  return learned.map(hash).join('');
}

async function principalComponents(x) {
  const pca = await PCA.create({ dimensions: 24, components: 6 });
  await pca.fit(x);
  const learned = [pca.components, pca.explainedVariance, pca.mean, pca.transform(x)];
  pca.dispose();
  return learned.map(hash).join('');
}

async function ranks(random) {
  const draw = () => Uint32Array.from({ length: 900 }, () => random.integer(200));
  const links = await CsrMatrix.fromCoo({ rows: 200, columns: 200, rowIndex: draw(), columnIndex: draw() });
  const { ranks } = await pageRank(links);
  const { eigenvector } = await powerIteration(links, { maxIterations: 40 });
  links.dispose();
  return hash(ranks) + hash(eigenvector);
}

/** Whether compressed files are read here: rightly, or else refused in the way that the documentation says. */
export async function canInflate() {
  const bytes = Uint8Array.from(atob(COMPRESSED), (character) => character.charCodeAt(0));
  try {
    const matrix = await CsrMatrix.fromNpz(bytes);
    check(String(matrix.toDense()) === '0,0,3,-1.5,0,0.25', 'a compressed file holds what SciPy wrote');
    matrix.dispose();
    return true;
  } catch (error) {
    if (!(error instanceof LanewiseError && error.code === 'UNSUPPORTED')) throw error;
    return false;
  }
}
